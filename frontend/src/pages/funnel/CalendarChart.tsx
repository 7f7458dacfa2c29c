/** A metric day by day as a calendar. */
import { useCallback, useMemo } from "preact/hooks";
import { type Calendar, calendarHeight, calendarOption } from "../../charts/calendar.ts";
import { Chart } from "../../charts/Chart.tsx";
import { tip } from "../../charts/options.ts";
import { mix } from "../../charts/palette.ts";
import type { Values } from "../../data/contract.ts";
import { date, ofMetric, type Sheet } from "../../export/sheet.ts";
import { addDays, daysOf } from "../../format/days.ts";
import { type View, metricOf, useView } from "../../view.ts";
import { returnColour } from "../channels/HeatChart.tsx";

const CHOICES = ["revenue", "cost", "profit", "roas", "conversions", "cpa", "ctr", "cvr"];

function chosen(view: View): string {
  return CHOICES.includes(view.state.pick) ? view.state.pick : "revenue";
}

function byDay({ answer }: View): Map<string, Values> {
  return new Map(answer.day.filter((group) => group.now).map((group) => [group.key[0]!, group.now!]));
}

export function calendarSheet(view: View): Sheet {
  const days = byDay(view);
  const metric = metricOf(view, chosen(view));
  return { name: `${metric.label} by day`, columns: [date("Day"), ofMetric(metric)], rows: daysOf(view.periods.now.start, view.periods.now.end).map((day) => [day, view.metrics.value(days.get(day), metric.name)]) };
}

/** One colour from weak to strong; around zero or break-even where values lie on both sides. */
function colours(view: View, name: string, values: number[]): (value: number) => string {
  const { palette, data } = view;
  if (name === "roas") return (value) => returnColour(palette, value, 1 + data.target_roi);
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 1;
  const low = sorted[Math.ceil(0.02 * (sorted.length - 1))] ?? 0;
  if (low < 0) {
    const far = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return (value) => mix(palette.middle, value < 0 ? palette.below : palette.above, Math.abs(value) / far);
  }
  return (value) => mix(palette.weak, palette.strong, high > low ? (value - low) / (high - low) : 0.5);
}

export function CalendarChart() {
  const view = useView();
  const { formats, palette, periods, metrics, answer, change } = view;
  const name = chosen(view);
  const metric = metricOf(view, name);
  const days = useMemo(() => byDay(view), [answer]);
  const known = useMemo(() => [...days].map(([day, values]) => ({ day, value: metrics.value(values, name) })).filter((one): one is { day: string; value: number } => one.value !== null), [days, name]);
  const option = useCallback(
    (width: number) => {
      const colour = colours(view, name, known.map((one) => one.value));
      const calendar: Calendar = {
        ...periods.now,
        weekdays: formats.weekdays(),
        month: (day, year) => (year ? formats.month(day) : formats.monthOnly(day)),
        day: (day) => {
          const value = metrics.value(days.get(day), name);
          return { colour: value === null ? palette.grid : colour(value), text: value === null ? "" : formats.short(metric, value), tip: () => tip(formats.dayLong(day), [{ label: metric.label, value: value === null ? "no data" : formats.full(metric, value) }]) };
        },
      };
      return calendarOption(calendar, palette, width);
    },
    [days, known, name, palette, formats],
  );
  const pick = (day: string) => change({ preset: "custom", from: day, to: day });
  const best = [...known].sort((a, b) => b.value - a.value)[0];
  return (
    <Chart title={`${metric.label} day by day`} subtitle="stronger colour: more; grey: no data" height={(width) => calendarHeight(periods.now, width)} option={option} summary={best ? `Highest on ${formats.dayLong(best.day)} with ${formats.short(metric, best.value)}.` : "No day has a value."} twin={calendarSheet(view)} metrics={[name]} aside={<Choice name={name} />} className="wide" hint="click a day to see it alone" onPick={({ index }) => pick(addDays(periods.now.start, index))} />
  );
}

function Choice({ name }: { name: string }) {
  const view = useView();
  return (
    <label class="field inline">
      <span>Show</span>
      <select value={name} onChange={(event) => view.change({ pick: event.currentTarget.value })}>
        {CHOICES.filter((one) => view.metrics.has(one)).map((one) => (
          <option key={one} value={one}>{metricOf(view, one).label}</option>
        ))}
      </select>
    </label>
  );
}
