/** Circles on two logarithmic axes, with a line at break-even; the axes end where the data ends. */
import { labelSides } from "./labels.ts";
import { FONT, type Option, base, cut, logTicks, tip } from "./options.ts";
import type { Palette } from "./palette.ts";

export interface Bubble {
  name: string;
  x: number;
  y: number;
  size: number;
  colour: string;
  /** The larger, the sooner its name is written beside the circle; zero: never. */
  weight: number;
  /** Lines of the tooltip, written when it opens. */
  rows: () => Array<{ label: string; value: string }>;
  note?: string;
}

export interface Bubbles {
  points: Bubble[];
  xName: string;
  yName: string;
  breakEven: number;
  breakEvenName: string;
  x: (value: number) => string;
  y: (value: number) => string;
}

/** Ends of an axis in logarithms, with some room. */
function span(values: number[]): [number, number] {
  const logs = values.map(Math.log10);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const room = Math.max(0.12, (high - low) * 0.08);
  return [low - room, high + room];
}

function axis([min, max]: [number, number], name: string, write: (value: number) => string, palette: Palette, most: number, middle: boolean): object {
  const ticks = logTicks(min, max, most);
  return {
    type: "value",
    min,
    max,
    name,
    nameLocation: middle ? "middle" : "end",
    nameGap: middle ? 30 : 12,
    nameTextStyle: { color: palette.muted, align: middle ? "center" : "left" },
    axisLine: { show: middle, lineStyle: { color: palette.axis } },
    axisTick: { show: false, customValues: ticks },
    axisLabel: { color: palette.muted, customValues: ticks, hideOverlap: true, showMinLabel: null, showMaxLabel: null, formatter: (value: number) => write(10 ** value) },
    splitLine: { show: false },
  };
}

export function bubbleOption(chart: Bubbles, palette: Palette, width: number, height: number): Option {
  const { points } = chart;
  const largest = Math.max(...points.map((point) => point.size), 1e-9);
  const radius = (size: number) => 7 + 25 * Math.sqrt(Math.max(0, size) / largest);
  const narrow = width < 420;
  const shared = base(palette);
  const [xs, ys] = [span(points.map((point) => point.x)), span([...points.map((point) => point.y), chart.breakEven])];
  const frame = { left: narrow ? 44 : 56, right: width - 14, top: 30, bottom: height - 48 };
  const circles = points.map((point) => ({
    x: frame.left + ((Math.log10(point.x) - xs[0]) / (xs[1] - xs[0])) * (frame.right - frame.left),
    y: frame.bottom - ((Math.log10(point.y) - ys[0]) / (ys[1] - ys[0])) * (frame.bottom - frame.top),
    r: radius(point.size) / 2,
    text: point.weight > 0 ? cut(point.name, narrow ? 16 : 26) : "",
  }));
  const line = frame.bottom - ((Math.log10(chart.breakEven) - ys[0]) / (ys[1] - ys[0])) * (frame.bottom - frame.top);
  const order = points.map((_, i) => i).sort((a, b) => points[b]!.weight - points[a]!.weight);
  const sides = labelSides(circles, frame, order, [{ left: frame.left, right: frame.right, top: line - 1, bottom: line + 1 }, { left: frame.left, right: frame.left + 70, top: line, bottom: line + 18 }]);
  return {
    ...shared,
    grid: { left: frame.left, right: width - frame.right, top: frame.top, bottom: height - frame.bottom, containLabel: false, outerBoundsMode: "none" },
    xAxis: axis(xs, chart.xName, chart.x, palette, narrow ? 4 : 7, true) as object,
    yAxis: { ...axis(ys, chart.yName, chart.y, palette, 6, false), splitLine: { show: true, lineStyle: { color: palette.grid } } } as object,
    tooltip: { ...shared.tooltip, formatter: (point: unknown) => pointTip(points[(point as { dataIndex: number }).dataIndex]!) },
    series: [
      {
        type: "scatter",
        data: points.map((point, i) => ({
          name: point.name,
          value: [Math.log10(point.x), Math.log10(point.y)],
          symbolSize: radius(point.size),
          itemStyle: { color: point.colour, opacity: 0.72, borderColor: palette.card, borderWidth: 1 },
          label: { show: sides[i] !== null, formatter: circles[i]!.text, position: sides[i] ?? "right", color: palette.ink, fontSize: 11.5, fontFamily: FONT, distance: 4 },
        })),
        emphasis: { scale: 1.15 },
        markLine: {
          symbol: "none",
          silent: true,
          animation: false,
          lineStyle: { color: palette.bad, type: [5, 4], width: 1.3 },
          label: { formatter: chart.breakEvenName, position: "insideStartBottom", color: palette.bad, fontSize: 11.5, distance: [2, 3] },
          data: [{ yAxis: Math.log10(chart.breakEven) }],
        },
      },
    ],
  };
}

function pointTip(point: Bubble): HTMLElement {
  return tip(point.name, point.rows(), point.note ?? "");
}
