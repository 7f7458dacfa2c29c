/** Share of revenue against share of customers, the best first; the diagonal is what equal customers would bring. */
import type { Formats } from "../format/numbers.ts";
import { type Option, base, tip, valueAxis } from "./options.ts";
import type { Palette } from "./palette.ts";

/** Revenue of the best part of the customers, between the points of the curve. */
export function revenueAt(points: Array<[number, number]>, share: number): number {
  const after = points.findIndex(([x]) => x >= share);
  if (after <= 0) return points[0]?.[1] ?? 0;
  const [[x0, y0], [x1, y1]] = [points[after - 1]!, points[after]!];
  return y0 + ((y1 - y0) * (share - x0)) / (x1 - x0 || 1);
}

export function concentrationOption(points: Array<[number, number]>, palette: Palette, formats: Formats, _width: number): Option {
  const shared = base(palette);
  const whole = (value: number) => formats.percent(value, 0);
  return {
    ...shared,
    grid: { left: 8, right: 20, top: 14, bottom: 26, containLabel: true },
    xAxis: valueAxis(palette, whole, { min: 0, max: 1, interval: 0.2, name: "customers, best first", nameLocation: "middle", nameGap: 28, nameTextStyle: { color: palette.muted }, splitLine: { show: false } }) as object,
    yAxis: valueAxis(palette, whole, { min: Math.min(0, ...points.map(([, y]) => y)), max: Math.max(1, ...points.map(([, y]) => y)) }) as object,
    tooltip: {
      ...shared.tooltip,
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: palette.axis } },
      formatter: (found: unknown) => {
        const [x, y] = (found as Array<{ value: [number, number] }>)[0]!.value;
        return tip(`Best ${formats.percent(x, 0)} of customers`, [{ label: "bring", value: formats.percent(y, 1), colour: palette.revenue }], "of the revenue");
      },
    },
    series: [
      { type: "line", data: points, showSymbol: false, lineStyle: { color: palette.revenue, width: 2.4 }, itemStyle: { color: palette.revenue }, areaStyle: { color: palette.revenue, opacity: 0.1 } },
      { type: "line", data: [[0, 0], [1, 1]], showSymbol: false, silent: true, tooltip: { show: false }, lineStyle: { color: palette.axis, width: 1.3, type: [4, 4] } },
    ],
  };
}
