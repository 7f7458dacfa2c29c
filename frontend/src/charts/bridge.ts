/**
 * A bridge from one total to another: steps that begin where the last one ended. The totals are marked by lines, not
 * bars, so that the axis may start where the steps are without lying about lengths.
 */
import { FONT, type Option, base, cut, tip, valueAxis } from "./options.ts";
import type { Palette } from "./palette.ts";

export interface Step {
  name: string;
  difference: number;
  /** Lines of the tooltip. */
  detail: Array<{ label: string; value: string }>;
}

export interface Bridge {
  from: number;
  steps: Step[];
  fromLabel: string;
  toLabel: string;
  signed: (value: number) => string;
  level: (value: number) => string;
  axis: (value: number) => string;
}

interface Api {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
  size: (point: [number, number]) => [number, number];
}

/** Start and end of each step, with the totals around. */
export function levels(bridge: Bridge): Array<[number, number]> {
  let level = bridge.from;
  const steps = bridge.steps.map((step): [number, number] => [level, (level += step.difference)]);
  return [[bridge.from, bridge.from], ...steps, [level, level]];
}

function limits(spans: Array<[number, number]>): { min: number; max: number } {
  const all = spans.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return { min: low - room, max: high + room };
}

export function bridgeOption(bridge: Bridge, palette: Palette, width: number): Option {
  const spans = levels(bridge);
  const last = spans.length - 1;
  const names = [bridge.fromLabel, ...bridge.steps.map((step) => step.name), bridge.toLabel];
  const room = width < 420 ? 78 : 84;
  const shared = base(palette);
  return {
    ...shared,
    grid: { left: width < 360 ? 92 : 118, right: room, top: 6, bottom: 26 },
    xAxis: valueAxis(palette, bridge.axis, { ...limits(spans), splitNumber: width < 420 ? 2 : 3, splitLine: { showMinLine: false, showMaxLine: false, lineStyle: { color: palette.grid } }, axisLabel: { color: palette.muted, formatter: (value: number) => bridge.axis(value), hideOverlap: true, showMinLabel: false, showMaxLabel: false } }) as object,
    yAxis: {
      type: "category",
      inverse: true,
      data: names,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: palette.ink, margin: 10, interval: 0, formatter: (name: string) => cut(name, width < 360 ? 13 : 17), fontWeight: 400 },
    },
    tooltip: { ...shared.tooltip, formatter: (point: unknown) => bridgeTip((point as { dataIndex: number }).dataIndex, bridge, names, spans) },
    series: [
      {
        type: "custom",
        clip: false,
        data: spans.map(([start, end], i) => ({ name: names[i]!, value: [start, end, i] })),
        renderItem: ((params: { dataIndex: number }, api: Api) => drawn(params.dataIndex, api, bridge, palette, last)) as never,
      },
    ],
  };
}

function drawn(place: number, api: Api, bridge: Bridge, palette: Palette, last: number): object {
  const [start, end] = [api.value(0), api.value(1)];
  const [x0, y] = api.coord([start, place]);
  const [x1] = api.coord([end, place]);
  const half = Math.min(10, api.size([0, 1])[1] * 0.32);
  const below = place < last ? [{ type: "line", shape: { x1, y1: y + half, x2: x1, y2: y + api.size([0, 1])[1] - half }, style: { stroke: palette.axis, lineWidth: 1 } }] : [];
  const isTotal = place === 0 || place === last;
  const colour = isTotal ? palette.ink : end >= start ? palette.good : palette.bad;
  const shape = isTotal
    ? { type: "rect", shape: { x: x1 - 2, y: y - half, width: 4, height: 2 * half, r: 1 }, style: { fill: colour } }
    : { type: "rect", shape: { x: Math.min(x0, x1), y: y - half, width: Math.max(1.5, Math.abs(x1 - x0)), height: 2 * half, r: 2 }, style: { fill: colour } };
  const words = isTotal ? bridge.level(end) : bridge.signed(end - start);
  const label = { type: "text", style: { text: words, x: Math.max(x0, x1) + 7, y, align: "left", verticalAlign: "middle", fill: isTotal ? palette.ink : colour, fontSize: 12, fontWeight: 600, fontFamily: FONT } };
  return { type: "group", children: [...below, shape, label] };
}

function bridgeTip(place: number, bridge: Bridge, names: string[], spans: Array<[number, number]>): HTMLElement {
  const step = bridge.steps[place - 1];
  if (!step) return tip(names[place]!, [{ label: "Profit", value: bridge.level(spans[place]![1]) }]);
  return tip(step.name, [...step.detail, { label: "Change", value: bridge.signed(step.difference) }], "Click to show this channel only");
}
