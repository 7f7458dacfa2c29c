/** The figures people ask for first. */
import { useMemo } from "preact/hooks";
import { dayNumber } from "../../format/days.ts";
import { type Series, smoothed, valuesByDay } from "../../data/series.ts";
import { Change } from "../../shell/Change.tsx";
import { Spark } from "../../shell/Spark.tsx";
import type { Range } from "../../state/periods.ts";
import { type View, metricOf, total, useView } from "../../view.ts";

export const CARDS = ["profit", "revenue", "cost", "roi", "roas", "cpa", "conversions"];

/** Tells for each place of a range whether the data reaches there. */
export function inData({ data }: View, range: Range): (place: number) => boolean {
  const [first, last] = [dayNumber(data.first_day ?? range.start), dayNumber(data.last_day ?? range.end)];
  const start = dayNumber(range.start);
  return (place) => start + place >= first && start + place <= last;
}

/** Seven-day values of a metric, of both periods. */
export function bothSeries(view: View, name: string, width = 7): { now: Series; before: Series } {
  const { answer, periods, metrics, compared } = view;
  const series = (range: Range, side: "now" | "before") => smoothed(metrics, valuesByDay(answer.day, range, side), name, inData(view, range), width);
  return { now: series(periods.now, "now"), before: compared && periods.before ? series(periods.before, "before") : [] };
}

export function Cards() {
  const view = useView();
  return (
    <ul class="cards" aria-label="Figures of the period">
      {CARDS.filter((name) => view.metrics.has(name)).map((name) => (
        <Card key={name} name={name} />
      ))}
    </ul>
  );
}

function Card({ name }: { name: string }) {
  const view = useView();
  const { metrics, formats, palette } = view;
  const metric = metricOf(view, name);
  const group = total(view);
  const [now, before] = [metrics.now(group, name), metrics.before(group, name)];
  const series = useMemo(() => bothSeries(view, name), [view.answer, view.metrics]);
  return (
    <li class={`card figure figure-${name}`}>
      <h3 title={metric.definition}>{metric.label}</h3>
      <p class="value" title={formats.full(metric, now)}>
        {formats.short(metric, now)}
      </p>
      <p class="move">
        <Change metric={metric} now={now} before={before} words />
      </p>
      <Spark now={series.now} before={series.before} colour={palette.revenue} width={150} height={34} fromZero={metric.kind !== "ratio"} label={`${metric.label}: 7-day course of the period${view.compared ? ", dashed the comparison" : ""}`} />
    </li>
  );
}
