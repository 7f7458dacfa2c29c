/** Everything about one campaign, beside the list: its days, its weekdays, its peers. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Chart } from "../../charts/Chart.tsx";
import { type Trend, trendOption } from "../../charts/trend.ts";
import { weekdayOption } from "../../charts/weekdays.ts";
import type { Answer } from "../../data/contract.ts";
import { byWeekday, daily, valuesByDay } from "../../data/series.ts";
import { date, money, text } from "../../export/sheet.ts";
import { dayNumber, daysOf, weekday } from "../../format/days.ts";
import { Change } from "../../shell/Change.tsx";
import { type View, channelName, metricOf, useView } from "../../view.ts";
import { FLAGS } from "./flags.ts";
import { Peers } from "./Peers.tsx";
import type { Row } from "./rows.ts";
import { Verdict } from "./Verdict.tsx";

const FIGURES = ["profit", "revenue", "cost", "roas", "roi", "cpa", "conversions", "ctr", "cvr", "aov"];

/** The answer for this campaign alone, under the same filters. */
function useOwnAnswer(view: View, id: string): Answer | null {
  const [answer, setAnswer] = useState<Answer | null>(null);
  useEffect(() => {
    const request = new AbortController();
    view.provider.query({ ...view.query, campaigns: [id] }, request.signal).then(
      (found) => !request.signal.aborted && setAnswer(found),
      () => setAnswer(null),
    );
    return () => request.abort();
  }, [view.query, id]);
  return answer;
}

export function Detail({ row, rows }: { row: Row; rows: Row[] }) {
  const view = useView();
  const { change, formats } = view;
  const { campaign, group } = row;
  const answer = useOwnAnswer(view, campaign.id);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    panel.current?.focus();
    return () => void (opener instanceof HTMLElement && opener.isConnected && opener.focus());
  }, []);
  useEffect(() => {
    const escape = (event: KeyboardEvent) => event.key === "Escape" && change({ open: null });
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, [change]);
  return (
    <section ref={panel} class="card detail" tabIndex={-1} aria-labelledby="detail-title">
      <header class="card-head">
        <h3 id="detail-title">
          <bdi>{row.name}</bdi>
        </h3>
        <button type="button" class="button" onClick={() => change({ campaigns: [campaign.id], open: null })}>
          Filter all pages to it
        </button>
        <button type="button" class="button round" aria-label="Close the details" onClick={() => change({ open: null })}>
          ×
        </button>
      </header>
      <p class="subtitle">
        {channelName(campaign.channel)} · {campaign.source}
        {campaign.account && ` · ${campaign.account}`}
        {campaign.first_day && ` · seen ${formats.range({ start: campaign.first_day, end: campaign.last_day })}`}
      </p>
      <p class="detail-verdict">
        <Verdict campaign={campaign} long />
      </p>
      {!!row.flags.length && (
        <ul class="flag-list">
          {row.flags.map((flag) => (
            <li key={flag.name}>
              <b title={FLAGS[flag.name].meaning}>{FLAGS[flag.name].label}</b>: {flag.why()}
            </li>
          ))}
        </ul>
      )}
      <dl class="figures">
        {FIGURES.filter((name) => view.metrics.has(name)).map((name) => (
          <div key={name}>
            <dt>{metricOf(view, name).label}</dt>
            <dd title={formats.full(metricOf(view, name), view.metrics.now(group, name))}>
              {formats.short(metricOf(view, name), view.metrics.now(group, name))}
              <Change metric={metricOf(view, name)} now={view.metrics.now(group, name)} before={view.metrics.before(group, name)} />
            </dd>
          </div>
        ))}
      </dl>
      <div class="grid two-one">
        {answer && <Days answer={answer} row={row} />}
        {answer && <Weekdays answer={answer} />}
      </div>
      <Peers row={row} rows={rows} />
    </section>
  );
}

function Days({ answer, row }: { answer: Answer; row: Row }) {
  const view = useView();
  const { palette, formats, periods, metrics } = view;
  const { now } = periods;
  const [revenue, cost] = useMemo(() => {
    const days = valuesByDay(answer.day, now, "now");
    return [daily(metrics, days, "revenue", 0), daily(metrics, days, "cost", 0)];
  }, [answer]) as [Array<number | null>, Array<number | null>];
  const outliers = (row.campaign.outlier_days ?? []).filter((day) => day >= now.start && day <= now.end).slice(0, 9);
  const trend: Trend = {
    lines: [{ label: "Revenue", colour: palette.revenue, now: revenue, before: [], area: true }, { label: "Cost", colour: palette.cost, now: cost, before: [] }],
    now,
    before: null,
    marks: outliers.map((day) => dayNumber(day) - dayNumber(now.start)),
    value: (value) => formats.moneyFull(value),
    axis: (value) => formats.axisMoney(value),
  };
  const option = useCallback((width: number) => trendOption(trend, palette, formats, width), [revenue, cost, palette, formats]);
  const rows = daysOf(now.start, now.end).map((day, i) => [day, revenue[i] ?? null, cost[i] ?? null]);
  return (
    <Chart title="Day by day" height={230} option={option} keys={trend.lines.map((line) => ({ label: line.label, colour: line.colour }))} summary={`Revenue and cost of ${row.name} by day.`} twin={{ name: "Campaign by day", columns: [date("Day"), money("Revenue"), money("Cost")], rows }}>
      {!!outliers.length && (
        <ol class="marks">
          {outliers.map((day) => (
            <li key={day}>{formats.dayLong(day)}: unusual day</li>
          ))}
        </ol>
      )}
    </Chart>
  );
}

function Weekdays({ answer }: { answer: Answer }) {
  const { metrics, periods, palette, formats } = useView();
  const days = valuesByDay(answer.day, periods.now, "now");
  const weekdays = daysOf(periods.now.start, periods.now.end).map(weekday);
  const [revenue, cost, roas] = ["revenue", "cost", "roas"].map((name) => byWeekday(metrics, days, weekdays, name)) as [Array<number | null>, Array<number | null>, Array<number | null>];
  const option = useCallback((width: number) => weekdayOption({ names: formats.weekdays(), revenue, cost, roas }, palette, formats, width), [answer, palette, formats]);
  return <Chart title="By day of the week" subtitle="mean of a day" height={230} option={option} summary="Mean revenue and cost of each weekday." twin={{ name: "Campaign by weekday", columns: [text("Weekday"), money("Revenue"), money("Cost"), { label: "ROAS", unit: "multiple" }], rows: formats.weekdays("long").map((name, i) => [name, revenue[i] ?? null, cost[i] ?? null, roas[i] ?? null]) }} />;
}
