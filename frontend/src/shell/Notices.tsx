/** What a page says where it has nothing to show, and what a reader should know before reading on. */
import type { ComponentChildren } from "preact";
import { noFilters, toPage, writeHash } from "../state/hash.ts";
import { useView } from "../view.ts";

export function NoData() {
  return (
    <Empty title="There is no campaign data yet">
      <p>Load a report of an ad platform or of web analytics, then make the report anew:</p>
      <pre tabIndex={0}>payback load campaigns.csv{"\n"}payback run{"\n"}payback report</pre>
      <p>A file needs a day, a campaign and a cost; revenue, conversions, clicks and impressions make it richer. <code>payback demo</code> shows everything with made-up data.</p>
    </Empty>
  );
}

/** Where the choice leaves nothing. */
export function NoRows() {
  const { change, formats, data } = useView();
  return (
    <Empty title="There is no row for this choice in this period">
      <p>
        The data reaches from {formats.day(data.first_day!)} to {formats.day(data.last_day!)}. Choose a longer period, or fewer filters.
      </p>
      <p>
        <button type="button" class="button" onClick={() => change(noFilters())}>
          Clear all filters
        </button>{" "}
        <button type="button" class="button" onClick={() => change({ preset: "all", from: "", to: "" })}>
          Show all days
        </button>
      </p>
    </Empty>
  );
}

export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card message">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** What concerns the whole file, on every page. */
export function FileNotices() {
  const { notices = [] } = useView().data;
  if (!notices.length) return null;
  return (
    <ul class="warnings" aria-label="About this file">
      {notices.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}

/** What reading and cleaning noticed, on Data health. */
export function RunNotes() {
  const { warnings } = useView().data;
  if (!warnings.length) return null;
  return (
    <section class="card" aria-labelledby="notes-title">
      <h3 id="notes-title">Notes of the run</h3>
      <ul class="notes-list">
        {warnings.map((one) => (
          <li key={one}>
            <bdi>{one}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One line that leads there. */
export function NotesLink() {
  const { data, state, formats } = useView();
  const count = data.warnings.length;
  if (!count) return null;
  return (
    <p class="notes-link">
      <a href={writeHash(toPage(state, "health"))}>{count === 1 ? "1 note" : `${formats.number(count)} notes`} on the data</a>
    </p>
  );
}
