/** Groups as circles: how many they are, what one is worth, the area their share of the revenue. */
import type { Formats } from "../format/numbers.ts";
import { type Option, base, cut, tip, valueAxis } from "./options.ts";
import type { Palette } from "./palette.ts";

export interface SizePoint {
  name: string;
  size: number;
  value: number;
  share: number | null;
}

export function sizeValueOption(points: SizePoint[], palette: Palette, formats: Formats, cash: Formats, width: number): Option {
  const shared = base(palette);
  const most = Math.max(...points.map((point) => point.share ?? 0), 0.01);
  const widest = Math.max(...points.map((point) => point.size));
  const values = points.map((point) => point.value);
  const [low, high] = [Math.min(0, ...values), Math.max(...values, 0)];
  return {
    ...shared,
    grid: { left: 8, right: 24, top: 34, bottom: 26, containLabel: true },
    xAxis: valueAxis(palette, (value) => formats.compact(value), { min: 0, max: niceAbove(widest * 1.18), name: "customers", nameLocation: "middle", nameGap: 28, nameTextStyle: { color: palette.muted }, splitNumber: width < 420 ? 3 : 5, splitLine: { show: false } }) as object,
    yAxis: valueAxis(palette, (value) => cash.axisMoney(value), { name: "mean revenue", nameTextStyle: { color: palette.muted, align: "left" }, min: low < 0 ? -niceAbove(-low * 1.2) : 0, max: niceAbove((high || 1) * 1.22), splitNumber: 4 }) as object,
    tooltip: {
      ...shared.tooltip,
      formatter: (found: unknown) => {
        const point = points[(found as { dataIndex: number }).dataIndex]!;
        return tip(point.name, [{ label: "Customers", value: formats.number(point.size) }, { label: "Mean revenue", value: cash.moneyFull(point.value) }, { label: "Share of revenue", value: point.share === null ? "–" : formats.percent(point.share) }]);
      },
    },
    series: [
      {
        type: "scatter",
        data: points.map((point, i) => ({
          name: point.name,
          value: [point.size, point.value],
          symbolSize: 10 + 44 * Math.sqrt(Math.max(0, point.share ?? 0) / most),
          itemStyle: { color: palette.series[i % palette.series.length]!, opacity: 0.75 },
          label: { show: true, formatter: cut(point.name, width < 420 ? 16 : 26), position: point.size > widest * 0.6 ? "left" : "right", color: palette.ink, fontSize: 11.5, textBorderColor: palette.card, textBorderWidth: 3 },
        })),
        labelLayout: { moveOverlap: "shiftY", hideOverlap: true },
      },
    ],
  };
}

/** A round number at or above: 1, 2, 2.5, 5 times a power of ten. */
export function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((one) => one * power >= value) ?? 10;
  return step * power;
}
