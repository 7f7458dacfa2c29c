/** What a page is given: data, answer to the present query, words and colours, and the way to change what is shown. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Answer, Campaign, Group, Metric, Provider, Query, ReportData } from "./data/contract.ts";
import type { Metrics } from "./data/metrics.ts";
import type { Formats } from "./format/numbers.ts";
import type { Palette } from "./charts/palette.ts";
import type { State } from "./state/hash.ts";
import type { Periods } from "./state/query.ts";
import type { Sheet } from "./export/sheet.ts";
import type { ComponentType } from "preact";

export interface View {
  data: ReportData;
  provider: Provider;
  state: State;
  periods: Periods;
  query: Query;
  answer: Answer;
  metrics: Metrics;
  formats: Formats;
  palette: Palette;
  campaigns: Map<string, Campaign>;
  /** True where there is an earlier period to compare with. */
  compared: boolean;
  change: (change: Partial<State>) => void;
}

export interface Page {
  id: string;
  title: string;
  /** One sentence under the title. */
  about: string;
  Body: ComponentType;
  /** The tables that an export holds. */
  sheets: (view: View) => Sheet[];
  /** False where filters don't change the page; it says so. */
  filtered: boolean;
}

export const ViewContext = createContext<View | null>(null);

export function useView(): View {
  const view = useContext(ViewContext);
  if (!view) throw new Error("A page is drawn inside ViewContext.");
  return view;
}

export function total(view: View): Group {
  return view.answer.total[0] ?? { key: [], now: null, before: null };
}

/** A metric's definition by name; the ones of metrics.py are always there. */
export function metricOf(view: View, name: string): Metric {
  const metric = view.metrics.get(name);
  if (metric) return metric;
  return { name, label: name, definition: "", formula: "", kind: "additive", unit: "decimal", decimals: 2, better: "neutral", numerator: {}, denominator: null, covered_by: null };
}

export function channelName(name: string): string {
  return name.trim() || "(no channel)";
}

export function countryName(view: View, code: string): string {
  if (!code) return "Not known";
  try {
    return /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames([view.formats.locale ?? "en", "en"], { type: "region" }).of(code) ?? code) : code;
  } catch {
    return code;
  }
}

export function campaignName(campaign: Campaign | undefined, id: string): string {
  return campaign?.name.trim() || `(no name, ${id})`;
}

export function toggled<T>(list: T[], one: T): T[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}
