/** Groups as circles: how many they are, what one is worth, the area their share of the revenue. */
import type { Formats } from "../format/numbers.ts";
import { labelSides } from "./labels.ts";
import { FONT, type Option, base, cut, tip, valueAxis } from "./options.ts";
import type { Palette } from "./palette.ts";

export interface SizePoint {
  name: string;
  size: number;
  value: number;
  share: number | null;
}

export function sizeValueOption(points: SizePoint[], palette: Palette, formats: Formats, cash: Formats, width: number, height: number): Option {
  const shared = base(palette);
  const most = Math.max(...points.map((point) => point.share ?? 0), 0.01);
  const widest = Math.max(...points.map((point) => point.size));
  const values = points.map((point) => point.value);
  const [low, high] = [Math.min(0, ...values), Math.max(...values, 0)];
  const x = { min: 0, max: niceAbove(widest * 1.1) };
  const y = { min: low < 0 ? -niceAbove(-low * 1.2) : 0, max: niceAbove((high || 1) * 1.2) };
  const frame = { left: 64, right: width - 18, top: 34, bottom: height - 48 };
  const radius = (point: SizePoint) => 5 + 22 * Math.sqrt(Math.max(0, point.share ?? 0) / most);
  const circles = points.map((point) => ({
    x: frame.left + ((point.size - x.min) / (x.max - x.min)) * (frame.right - frame.left),
    y: frame.bottom - ((point.value - y.min) / (y.max - y.min)) * (frame.bottom - frame.top),
    r: radius(point),
    text: cut(point.name, width < 420 ? 16 : 26),
  }));
  const sides = labelSides(circles, frame);
  return {
    ...shared,
    grid: { left: frame.left, right: 18, top: frame.top, bottom: 48, containLabel: false, outerBoundsMode: "none" },
    xAxis: valueAxis(palette, (value) => formats.compact(value), { ...x, name: "customers", nameLocation: "middle", nameGap: 28, nameTextStyle: { color: palette.muted }, splitNumber: width < 420 ? 3 : 5, splitLine: { show: false } }) as object,
    yAxis: valueAxis(palette, (value) => cash.axisMoney(value), { name: "mean revenue", nameTextStyle: { color: palette.muted, align: "left" }, ...y, splitNumber: 4 }) as object,
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
          symbolSize: 2 * radius(point),
          itemStyle: { color: palette.series[i % palette.series.length]!, opacity: 0.75 },
          label: { show: sides[i] !== null, formatter: circles[i]!.text, position: sides[i] ?? "right", color: palette.ink, fontSize: 11.5, fontFamily: FONT, distance: 4 },
        })),
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
