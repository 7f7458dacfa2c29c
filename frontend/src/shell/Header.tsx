/** Title, both date ranges in full, freshness, failed checks, and what concerns the whole report. */
import { addDays, daysBetween } from "../format/days.ts";
import { currencyName } from "../format/numbers.ts";
import { failedChecks } from "../pages/health/checks.ts";
import { longestComparable } from "../state/periods.ts";
import { toPage, writeHash } from "../state/hash.ts";
import { type Page, type View, useView } from "../view.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { THEMES, after } from "./themes.ts";

/** Both ranges with their lengths, and what the data does not cover. */
export function rangesInWords(view: View): string {
  const { formats, periods, data, compared } = view;
  if (!data.first_day) return "No campaign days are loaded";
  const days = daysBetween(periods.now.start, periods.now.end);
  const now = `${formats.range(periods.now)} (${formats.number(days)} ${days === 1 ? "day" : "days"})`;
  if (!periods.before) return `${now}, not compared`;
  if (!compared) return `${now}, not compared: that would need days from ${formats.day(periods.before.start)} on, and the data begins on ${formats.day(data.first_day)}`;
  return `${now}, compared with ${formats.range(periods.before)}`;
}

export function Header({ onHelp, page }: { onHelp: () => void; page: Page }) {
  const view = useView();
  const { data, state, change } = view;
  return (
    <header class="header">
      <div class="brand">
        {data.logo && <img class="logo" src={data.logo} alt="" />}
        <div>
          <h1>{data.title}</h1>
          <p class="ranges">
            {rangesInWords(view)}
            <Comparable view={view} />
          </p>
        </div>
      </div>
      <div class="tools">
        <Badges view={view} />
        <ExportMenu page={page} />
        <button class="button" type="button" onClick={() => window.print()}>
          Print
        </button>
        <button class="button" type="button" onClick={() => change({ theme: after(THEMES, state.theme || data.theme || "auto") })} title="Colours: as the system, light, dark (t)">
          Theme: {state.theme || data.theme || "auto"}
        </button>
        <button class="button round" type="button" onClick={onHelp} title="Keys (?)" aria-label="Keys">
          ?
        </button>
      </div>
    </header>
  );
}

/** Where the data is too short for the comparison: the longest period that has one, a click away. */
function Comparable({ view }: { view: View }) {
  const { data, periods, compared, state, change } = view;
  if (!data.first_day || !data.last_day || compared || !periods.before) return null;
  const longest = longestComparable({ start: data.first_day, end: data.last_day }, state.comparison);
  if (!longest) return null;
  return (
    <>
      {" · "}
      <button type="button" class="link" onClick={() => change({ preset: longest.id, from: "", to: "" })}>
        compare the {longest.label.toLocaleLowerCase()}
      </button>
    </>
  );
}

/** Older data than this many days is pointed out. */
const LATE = 4;

function Badges({ view }: { view: View }) {
  const { data, formats, state } = view;
  const failed = failedChecks(data);
  const age = data.last_day ? daysBetween(data.last_day, data.created_at.slice(0, 10)) - 1 : 0;
  const late = age > LATE;
  const health = writeHash(toPage(state, "health"));
  return (
    <p class="badges">
      {data.last_day && (
        <a class={`badge ${late ? "late" : ""}`} href={health} title={`The data begins ${formats.day(data.first_day!)}. The next day to load is ${formats.day(addDays(data.last_day, 1))}.`}>
          Data until {formats.day(data.last_day)}
          {late && ` (${formats.number(age)} days old)`}
        </a>
      )}
      <a class={`badge ${failed ? "bad" : data.rows.length ? "good" : ""}`} href={health}>
        {!data.rows.length && !failed ? "No row accounts" : failed ? `${formats.number(failed)} ${failed === 1 ? "check" : "checks"} failed` : "All rows accounted for"}
      </a>
      {data.currencies.length === 1 && <span class="badge plain">{currencyName(data.currencies[0]!)}</span>}
    </p>
  );
}
