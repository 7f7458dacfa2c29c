/** Revenue and cost by day. */
import { useCallback, useMemo } from "preact/hooks";
import { Chart } from "../../charts/Chart.tsx";
import { type Trend, trendOption } from "../../charts/trend.ts";
import { daily, valuesByDay } from "../../data/series.ts";
import { date, money, type Sheet } from "../../export/sheet.ts";
import { addDays, dayNumber, daysOf } from "../../format/days.ts";
import { type View, metricOf, total, useView } from "../../view.ts";
import { bothSeries } from "./Cards.tsx";

const NAMES = ["revenue", "cost"] as const;
/** Shorter periods are drawn day by day: a seven-day mean of a week hides the week. */
const SHORT = 14;

function marks(view: View): Array<{ place: number; day: string; text: string }> {
  const { now } = view.periods;
  return view.data.annotations
    .filter((one) => one.day >= now.start && one.day <= now.end)
    .sort((a, b) => (a.day < b.day ? -1 : 1))
    .map((one) => ({ ...one, place: dayNumber(one.day) - dayNumber(now.start) }));
}

export function trendSheet(view: View): Sheet {
  const { periods, answer, metrics, compared } = view;
  const of = (side: "now" | "before", name: string) => {
    const range = side === "now" ? periods.now : periods.before!;
    return daily(metrics, valuesByDay(answer.day, range, side), name, null);
  };
  const days = daysOf(periods.now.start, periods.now.end);
  const columns = [date("Day"), ...NAMES.map((name) => money(metricOf(view, name).label))];
  if (compared) columns.push(date("Compared day"), ...NAMES.map((name) => money(`${metricOf(view, name).label} before`)));
  const now = NAMES.map((name) => of("now", name));
  const before = compared ? NAMES.map((name) => of("before", name)) : [];
  const rows = days.map((day, i) => [day, ...now.map((one) => one[i] ?? null), ...(compared ? [addDays(periods.before!.start, i), ...before.map((one) => one[i] ?? null)] : [])]);
  return { name: "Revenue and cost by day", columns, rows };
}

function isShort({ periods }: View): boolean {
  return periods.now.start > addDays(periods.now.end, 1 - SHORT);
}

export function trendModel(view: View): Trend {
  const { formats, palette, periods, compared } = view;
  const colours = { revenue: palette.revenue, cost: palette.cost };
  const lines = NAMES.map((name) => ({ label: metricOf(view, name).label, colour: colours[name], area: name === "revenue", ...bothSeries(view, name, isShort(view) ? 1 : 7) }));
  return { lines, now: periods.now, before: compared ? periods.before : null, marks: marks(view).map((one) => one.place), value: (value) => formats.moneyFull(value), axis: (value) => formats.axisMoney(value) };
}

export function TrendChart() {
  const view = useView();
  const { formats, palette, periods, compared, change, metrics } = view;
  const short = isShort(view);
  const noted = marks(view);
  const trend = useMemo(() => trendModel(view), [view.answer, palette, formats]);
  const option = useCallback((width: number) => trendOption(trend, palette, formats, width), [trend, palette, formats]);
  const brush = (from: number, to: number) => {
    const last = dayNumber(periods.now.end) - dayNumber(periods.now.start);
    const clamp = (place: number) => addDays(periods.now.start, Math.min(last, Math.max(0, place)));
    change({ preset: "custom", from: clamp(from), to: clamp(to) });
  };
  const sums = NAMES.map((name) => `${metricOf(view, name).label} ${formats.short(metricOf(view, name), metrics.now(total(view), name))}`);
  const keys = trend.lines.flatMap((line) => [{ label: line.label, colour: line.colour }, ...(compared ? [{ label: `${line.label} before`, colour: line.colour, dashed: true }] : [])]);
  return (
    <Chart
      title="Revenue and cost"
      subtitle={`${short ? "by day" : "mean of seven days"}`}
      hint="drag across to choose days"
      height={300}
      fill
      option={option}
      keys={keys}
      summary={`By day, ${formats.range(periods.now)}. Sums of the period: ${sums.join(", ")}.`}
      twin={trendSheet(view)}
      metrics={[...NAMES]}
      onBrush={brush}
      className="wide"
    >
      {!!noted.length && (
        <ol class="marks">
          {noted.map((one) => (
            <li key={one.day + one.text}>
              {formats.dayShort(one.day)}: <bdi>{one.text}</bdi>
            </li>
          ))}
        </ol>
      )}
    </Chart>
  );
}
