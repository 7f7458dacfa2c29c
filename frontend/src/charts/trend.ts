/** Lines over days: two measures, each with its comparison dashed, and numbered marks. */
import type { Series } from "../data/series.ts";
import { addDays } from "../format/days.ts";
import type { Formats } from "../format/numbers.ts";
import type { Range } from "../state/periods.ts";
import { type Option, base, categoryAxis, tip, valueAxis } from "./options.ts";
import type { Palette } from "./palette.ts";

export interface TrendLine {
  label: string;
  colour: string;
  now: Series;
  before: Series;
  /** Filled below. */
  area?: boolean;
}

export interface Trend {
  lines: TrendLine[];
  now: Range;
  before: Range | null;
  /** Places of marks on the x axis, in the order of their numbers. */
  marks: number[];
  value: (value: number) => string;
  axis: (value: number) => string;
}

function line(one: TrendLine, before: boolean): object {
  const values = before ? one.before : one.now;
  return {
    name: one.label + (before ? " before" : ""),
    type: "line",
    data: values,
    showSymbol: values.length < 2,
    symbol: "circle",
    symbolSize: 6,
    connectNulls: false,
    emphasis: { disabled: true },
    itemStyle: { color: one.colour },
    lineStyle: { color: one.colour, width: before ? 1.4 : 2.2, type: before ? [5, 4] : "solid", opacity: before ? 0.85 : 1 },
    ...(one.area && !before ? { areaStyle: { color: one.colour, opacity: 0.1 } } : {}),
    z: before ? 2 : 3,
  };
}

function marked(places: number[], palette: Palette): object {
  return {
    symbol: "none",
    silent: true,
    animation: false,
    lineStyle: { color: palette.axis, type: "solid", width: 1 },
    label: { formatter: (mark: { dataIndex: number }) => String(mark.dataIndex + 1), color: palette.card, backgroundColor: palette.muted, borderRadius: 8, padding: [3, 6], fontSize: 11, fontWeight: 600, distance: 4 },
    data: places.map((place) => ({ xAxis: place })),
  };
}

export function trendOption(trend: Trend, palette: Palette, formats: Formats, width: number): Option {
  const days = Array.from({ length: trend.lines[0]?.now.length ?? 0 }, (_, i) => addDays(trend.now.start, i));
  const series = trend.lines.flatMap((one) => [...(trend.before ? [line(one, true)] : []), line(one, false)]) as Array<Record<string, unknown>>;
  if (series.length && trend.marks.length) series[series.length - 1]!["markLine"] = marked(trend.marks, palette);
  const long = days.length > 200;
  const shared = base(palette);
  return {
    ...shared,
    grid: { left: 8, right: 14, top: trend.marks.length ? 34 : 14, bottom: 4, containLabel: true },
    xAxis: categoryAxis(palette, days, {
      boundaryGap: days.length === 1,
      axisLabel: { color: palette.muted, hideOverlap: true, interval: Math.max(0, Math.ceil(days.length / Math.max(2, Math.floor(width / 90))) - 1), formatter: (day: string) => (long ? formats.month(day) : formats.dayShort(day)) },
    }) as Option["xAxis"] & object,
    yAxis: valueAxis(palette, trend.axis) as Option["yAxis"] & object,
    tooltip: { ...shared.tooltip, trigger: "axis", axisPointer: { type: "line", lineStyle: { color: palette.axis } }, formatter: (points: unknown) => trendTip(points, trend, formats) },
    series: series as NonNullable<Option["series"]>,
  };
}

function trendTip(points: unknown, trend: Trend, formats: Formats): HTMLElement {
  const place = (points as Array<{ dataIndex: number }>)[0]?.dataIndex ?? 0;
  const rows = trend.lines.flatMap((one) => [
    { label: one.label, value: show(one.now[place], trend), colour: one.colour },
    ...(trend.before ? [{ label: `${one.label}, before`, value: show(one.before[place], trend), colour: one.colour, dashed: true }] : []),
  ]);
  const note = trend.before ? `Compared with ${formats.dayLong(addDays(trend.before.start, place))}` : "";
  return tip(formats.dayLong(addDays(trend.now.start, place)), rows, note);
}

function show(value: number | null | undefined, trend: Trend): string {
  return value === null || value === undefined ? "–" : trend.value(value);
}
