/** Circles on two logarithmic axes, with a line at break-even; the axes end where the data ends. */
import { type Option, base, cut, logTicks, tip } from "./options.ts";
import type { Palette } from "./palette.ts";

export interface Bubble {
  name: string;
  x: number;
  y: number;
  size: number;
  colour: string;
  /** Written beside the circle. */
  labelled: boolean;
  rows: Array<{ label: string; value: string }>;
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

function axis(values: number[], name: string, write: (value: number) => string, palette: Palette, most: number, middle: boolean): object {
  const logs = values.map(Math.log10);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const room = Math.max(0.12, (high - low) * 0.08);
  const [min, max] = [low - room, high + room];
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

export function bubbleOption(chart: Bubbles, palette: Palette, width: number): Option {
  const { points } = chart;
  const largest = Math.max(...points.map((point) => point.size), 1e-9);
  const radius = (size: number) => 7 + 25 * Math.sqrt(Math.max(0, size) / largest);
  const narrow = width < 420;
  const shared = base(palette);
  const ys = [...points.map((point) => point.y), chart.breakEven];
  return {
    ...shared,
    grid: { left: 8, right: narrow ? 12 : 30, top: 30, bottom: 30, containLabel: true },
    xAxis: axis(points.map((point) => point.x), chart.xName, chart.x, palette, narrow ? 4 : 7, true) as object,
    yAxis: { ...axis(ys, chart.yName, chart.y, palette, 6, false), splitLine: { show: true, lineStyle: { color: palette.grid } } } as object,
    tooltip: { ...shared.tooltip, formatter: (point: unknown) => pointTip(points[(point as { dataIndex: number }).dataIndex]!) },
    series: [
      {
        type: "scatter",
        data: points.map((point) => ({
          name: point.name,
          value: [Math.log10(point.x), Math.log10(point.y)],
          symbolSize: radius(point.size),
          itemStyle: { color: point.colour, opacity: 0.72, borderColor: palette.card, borderWidth: 1 },
          label: { show: point.labelled, formatter: cut(point.name, narrow ? 14 : 22), position: "right", color: palette.ink, fontSize: 11.5, distance: 4, textBorderColor: palette.card, textBorderWidth: 3 },
        })),
        labelLayout: { hideOverlap: true, moveOverlap: "shiftY" },
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
  return tip(point.name, point.rows, point.note ?? "");
}
