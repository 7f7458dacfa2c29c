/** What each source delivered, day by day. */
import { useCallback } from "preact/hooks";
import { type Heat, heatHeight, heatOption } from "../../charts/cells.ts";
import { Chart } from "../../charts/Chart.tsx";
import { tip } from "../../charts/options.ts";
import type { Feed, ReportData } from "../../data/contract.ts";
import { count, date, text } from "../../export/sheet.ts";
import { addDays, daysBetween, daysOf } from "../../format/days.ts";
import { type View, useView } from "../../view.ts";

const FLAGS: Record<string, string> = {
  sampled: "the source extrapolated from a sample",
  thresholded: "the source left out small groups",
  other_row: "the source folded rows into (other)",
  truncated: "the source cut the answer",
  restricted: "the source withheld columns",
  provisional: "the source may still change these days",
};

function feedName(feed: Feed): string {
  return [...new Set([feed.source, feed.account, feed.report])].filter(Boolean).join(" · ");
}

/** The last day of any feed; days without rows up to it are missing. A day after the report was made is a mistake. */
function lastDay({ feeds, created_at }: ReportData): string | null {
  const made = created_at.slice(0, 10);
  return feeds.map((feed) => feed.last_day).filter((day): day is string => day !== null && day <= made).sort().at(-1) ?? null;
}

function heat(view: View, width: number): Heat {
  const { data, palette, formats } = view;
  const end = lastDay(data)!;
  const left = width < 560 ? 118 : 226;
  const shown = Math.max(14, Math.min(400, Math.floor((width - left) / 6)));
  const first = dated(data).flatMap((feed) => Object.keys(feed.calendar)).sort()[0] ?? end;
  const from = addDays(end, 1 - shown) < first ? first : addDays(end, 1 - shown);
  const days = daysOf(from, end);
  const cells = dated(data).flatMap((feed, row) =>
    days.map((day, column) => {
      const rows = feed.calendar[day] ?? 0;
      const expected = feed.first_day !== null && day >= feed.first_day;
      return { row, column, colour: rows ? palette.above : expected ? palette.bad : palette.grid, text: "", tip: () => tip(feedName(feed), [{ label: formats.dayLong(day), value: rows ? `${formats.number(rows)} rows` : expected ? "nothing loaded" : "before the first day" }]) };
    }),
  );
  const columns = days.map((day) => (day.endsWith("-01") ? formats.month(day) : ""));
  return { rows: dated(data).map(feedName), columns, cells, rowHeight: 24, left, letters: width < 560 ? 16 : 34, gap: 1, widest: 14 };
}

/** Feeds with days; customers have none. */
function dated({ feeds }: ReportData): Feed[] {
  return feeds.filter((feed) => feed.last_day !== null && Object.keys(feed.calendar).length > 0);
}

/** Only the months are written above the columns, so each may be written. */
function option(view: View, width: number) {
  return heatOption({ ...heat(view, width), marked: true }, view.palette, width);
}

export function Feeds() {
  const view = useView();
  const { data, palette, formats } = view;
  const draw = useCallback((width: number) => option(view, width), [data, palette, formats]);
  const end = lastDay(data);
  if (!end) return null;
  const late = data.feeds.filter((feed) => feed.last_day !== null && feed.last_day < end);
  const missing = data.feeds.reduce((sum, feed) => sum + feed.missing_days, 0);
  const rows = data.feeds.map((feed) => [feedName(feed), feed.first_day, feed.last_day, feed.days, feed.missing_days, feed.rows]);
  return (
    <Chart
      title="What each source delivered"
      subtitle={`day by day up to ${formats.day(end)}`}
      height={heatHeight({ rows: dated(data).map(feedName), rowHeight: 24 })}
      option={draw}
      keys={[{ label: "rows loaded", colour: palette.above, shape: "dot" }, { label: "nothing loaded", colour: palette.bad, shape: "dot" }, { label: "before the first day", colour: palette.grid, shape: "dot" }]}
      summary={`${data.feeds.length} feeds, ${missing} missing days, ${late.length} not up to ${formats.day(end)}.`}
      twin={{ name: "Feeds", columns: [text("Feed"), date("First day"), date("Last day"), count("Days"), count("Missing days"), count("Rows")], rows }}
      className="wide"
    >
      <ul class="feed-list">
        {data.feeds.map((feed) => (
          <FeedLine key={feedName(feed)} feed={feed} end={end} />
        ))}
      </ul>
    </Chart>
  );
}

function FeedLine({ feed, end }: { feed: Feed; end: string }) {
  const { formats } = useView();
  const behind = feed.last_day && feed.last_day < end ? daysBetween(feed.last_day, end) - 1 : 0;
  const days = [
    `${formats.number(feed.rows)} rows on ${formats.number(feed.days)} days`,
    feed.missing_days ? `${formats.number(feed.missing_days)} missing days` : "no missing day",
    behind ? `${formats.number(behind)} days behind the others` : "up to date with the others",
  ];
  const facts = [
    ...(feed.last_day ? days : [`${formats.number(feed.rows)} rows`]),
    `loaded ${formats.moment(feed.loaded_at)}`,
  ];
  return (
    <li>
      <b><bdi>{feedName(feed)}</bdi></b>: {facts.join(", ")}.
      {Object.entries(feed.flags).map(([flag, days]) => (
        <span key={flag} class="flag" title={FLAGS[flag]}>
          {flag.replaceAll("_", " ")} on {formats.number(days)} days
        </span>
      ))}
    </li>
  );
}
