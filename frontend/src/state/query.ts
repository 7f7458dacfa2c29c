/** From what the reader chose to what the provider is asked. */
import type { Campaign, Query, ReportData } from "../data/contract.ts";
import { NO_CURRENCY } from "../format/numbers.ts";
import type { State } from "./hash.ts";
import { type Range, comparisonOf, covered, rangeOf } from "./periods.ts";

/** An id that no campaign has: the search found none, and an empty list would mean all. */
export const NO_CAMPAIGN = String(Number.MIN_SAFE_INTEGER);

export function matches(campaign: Campaign, search: string): boolean {
  return campaign.name.toLocaleLowerCase().includes(search.trim().toLocaleLowerCase());
}

/** Campaigns that the chosen ones and the search leave; empty: all. */
export function chosenCampaigns(data: ReportData, state: State): string[] {
  if (!state.search.trim()) return state.campaigns;
  const found = data.campaigns.filter((one) => matches(one, state.search)).map((one) => one.id);
  const both = state.campaigns.length ? found.filter((id) => state.campaigns.includes(id)) : found;
  return both.length ? both : [NO_CAMPAIGN];
}

export interface Periods {
  now: Range;
  before: Range | null;
  /** How much of the comparison lies in the data. Only a whole one is compared: sums of fewer days would mislead. */
  beforeCovered: "all" | "part" | "none";
}

export function periodsOf(data: ReportData, state: State): Periods | null {
  if (!data.first_day || !data.last_day) return null;
  const all = { start: data.first_day, end: data.last_day };
  const now = rangeOf(state.preset, all, { ...(state.from && { start: state.from }), ...(state.to && { end: state.to }) });
  const before = comparisonOf(now, state.preset, state.comparison);
  return { now, before, beforeCovered: before ? covered(before, all) : "none" };
}

export function currencyOf(data: ReportData, state: State): string {
  return data.currencies.includes(state.currency) ? state.currency : (data.currencies[0] ?? NO_CURRENCY);
}

export function queryOf(data: ReportData, state: State, periods: Periods): Query {
  return {
    currency: currencyOf(data, state),
    start: periods.now.start,
    end: periods.now.end,
    previous: periods.beforeCovered === "all" ? periods.before : null,
    channels: state.channels.filter((one) => data.channels.includes(one)),
    campaigns: chosenCampaigns(data, state),
    countries: state.countries.filter((one) => data.countries.includes(one)),
    sources: [],
  };
}
