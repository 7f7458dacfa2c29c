/**
 * What the reader chose, kept in the address behind `#`, so that a link, a bookmark and the back button bring it back.
 *
 *     #/channels?p=90d&vs=year&cur=EUR&ch=Email&ch=Paid+Search&sort=-roas
 *
 * | key        | meaning                                              | absent                    |
 * | ---------- | ---------------------------------------------------- | ------------------------- |
 * | path       | page                                                 | summary                   |
 * | p          | 7d 28d 30d 90d 180d 365d mtd qtd ytd all custom      | 90d                       |
 * | from, to   | dates of a custom period, YYYY-MM-DD                 | first, last day of data   |
 * | vs         | previous, year, off                                  | previous                  |
 * | cur        | currency                                             | first one                 |
 * | ch         | channel, repeated                                    | all                       |
 * | ca         | campaign id, repeated                                | all                       |
 * | co         | country, repeated; empty: not known                  | all                       |
 * | q          | text that the campaign name holds                    | none                      |
 * | sort       | column of the page's table; - in front: largest first | page's own               |
 * | cols       | columns of the page's table, joined by commas        | page's own                |
 * | pick       | the page's own choice: flag of campaigns, metric of the calendar, term of Method | none |
 * | id         | campaign whose details are open                      | none                      |
 * | theme      | light, dark, auto                                    | the report's, or auto     |
 */
import { isIsoDay } from "../format/days.ts";
import { COMPARISONS, PRESETS, type Comparison, type Preset } from "./periods.ts";

export type Theme = "auto" | "light" | "dark";

export interface State {
  page: string;
  preset: Preset;
  from: string;
  to: string;
  comparison: Comparison;
  currency: string;
  channels: string[];
  campaigns: string[];
  countries: string[];
  search: string;
  sort: string;
  columns: string[];
  pick: string;
  open: string | null;
  theme: Theme | "";
}

export const START: State = {
  page: "summary",
  preset: "90d",
  from: "",
  to: "",
  comparison: "previous",
  currency: "",
  channels: [],
  campaigns: [],
  countries: [],
  search: "",
  sort: "",
  columns: [],
  pick: "",
  open: null,
  theme: "",
};

/** Ids stay text: they have more digits than a JavaScript number keeps. */
const ID = /^-?\d{1,19}$/;

function oneOf<T extends string>(text: string | null, list: readonly T[], otherwise: T): T {
  return list.includes(text as T) ? (text as T) : otherwise;
}

function day(text: string | null): string {
  return isIsoDay(text) ? text : "";
}

/** Reads the address; what cannot be read is left at its start value, so no link leads to an error. */
export function readHash(hash: string): State {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const keys = new URLSearchParams(query);
  const id = keys.get("id");
  return {
    page: /^[a-z-]+$/.test(path) ? path : START.page,
    preset: oneOf(keys.get("p"), PRESETS.map((one) => one.id), START.preset),
    from: day(keys.get("from")),
    to: day(keys.get("to")),
    comparison: oneOf(keys.get("vs"), COMPARISONS.map((one) => one.id), START.comparison),
    currency: keys.get("cur") ?? "",
    channels: keys.getAll("ch"),
    campaigns: keys.getAll("ca").filter((one) => ID.test(one)),
    countries: keys.getAll("co"),
    search: keys.get("q") ?? "",
    sort: keys.get("sort") ?? "",
    columns: (keys.get("cols") ?? "").split(",").filter(Boolean),
    pick: keys.get("pick") ?? "",
    open: id !== null && ID.test(id) ? id : null,
    theme: oneOf<Theme | "">(keys.get("theme"), ["auto", "light", "dark"], ""),
  };
}

/** Writes the address; start values are left out, so that it stays short. */
export function writeHash(state: State): string {
  const keys = new URLSearchParams();
  if (state.preset !== START.preset) keys.set("p", state.preset);
  if (state.preset === "custom" && state.from) keys.set("from", state.from);
  if (state.preset === "custom" && state.to) keys.set("to", state.to);
  if (state.comparison !== START.comparison) keys.set("vs", state.comparison);
  if (state.currency) keys.set("cur", state.currency);
  for (const channel of state.channels) keys.append("ch", channel);
  for (const campaign of state.campaigns) keys.append("ca", campaign);
  for (const country of state.countries) keys.append("co", country);
  if (state.search) keys.set("q", state.search);
  if (state.sort) keys.set("sort", state.sort);
  if (state.columns.length) keys.set("cols", state.columns.join(","));
  if (state.pick) keys.set("pick", state.pick);
  if (state.open !== null) keys.set("id", state.open);
  if (state.theme) keys.set("theme", state.theme);
  const query = keys.toString();
  return `#/${state.page}${query ? `?${query}` : ""}`;
}

/** What a page keeps to itself is dropped on the way to another page; the filters stay. */
export function toPage(state: State, page: string): State {
  return { ...state, page, sort: "", columns: [], pick: "", open: null };
}

/** All filters taken away. */
export function noFilters(): Partial<State> {
  return { channels: [], campaigns: [], countries: [], search: "", pick: "" };
}
