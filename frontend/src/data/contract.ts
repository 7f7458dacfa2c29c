/**
 * What the pages are given. The same shapes come from the report file (embedded) and from `payback serve` (HTTP), so a
 * page never knows where its numbers come from. The Python side of each shape is in `src/payback/publishing/cube/`.
 *
 * Rules that hold everywhere:
 * - Amounts of different currencies are never added: every query asks for one currency.
 * - A ratio is a sum over a sum. A group carries the numerator and the denominator of every metric, each summed over the
 *   cells in which all parts of the metric are known (metrics.py); the page divides. No denominator, or zero: no value.
 * - Dates are ISO days (YYYY-MM-DD) of the data; nobody converts them between time zones.
 */

/** One metric of metrics.py, with what is needed to compute, name and print it. */
export interface Metric {
  name: string;
  label: string;
  definition: string;
  formula: string;
  kind: "additive" | "difference" | "ratio";
  unit: "money" | "count" | "decimal" | "percent" | "multiple";
  decimals: number;
  better: "higher" | "lower" | "neutral";
  /** Column -> sign or factor. */
  numerator: Record<string, number>;
  denominator: string | null;
  /** Column that must be known too for a cell to count in the numerator (coverage). */
  covered_by: string | null;
}

/** One campaign; its place in `ReportData.campaigns` is its index in the cube. */
export interface Campaign {
  /** Decimal digits, as text: the number has up to 63 bits, of which a JavaScript number would lose some. */
  id: string;
  name: string;
  channel: string;
  source: string;
  account: string;
  first_day: string;
  last_day: string;
  /** Verdict over all days, from `calculate_campaign_roi`: pays back, loses, can't tell yet, no cost, revenue unknown. */
  verdict: string;
  /** By currency: ends of the interval of ROI over all days, as fractions; null without enough data. */
  intervals: Record<string, { roi_low: number | null; roi_high: number | null }>;
  /** Days whose cost or revenue is far from the campaign's other days; the embedded provider adds them if absent. */
  outlier_days?: string[];
}

export interface RowAccount {
  table: string;
  currency: string;
  rows_read: number;
  rows_loaded: number;
  rejected_at_loading: number;
  rows_clean: number;
  rejected_at_cleaning: number;
  rows_merged: number;
  cost_in: number | null;
  cost_clean: number | null;
  cost_rejected: number | null;
  revenue_in: number | null;
  revenue_clean: number | null;
  revenue_rejected: number | null;
}

export interface Rule {
  table_name: string;
  gate: "loading" | "cleaning";
  severity: "reject" | "flag" | "note";
  reason: string;
  rule: string;
  currency: string;
  rows: number;
  cost: number | null;
  revenue: number | null;
}

/** One (source, account, report): days loaded, flags, when. */
export interface Feed {
  source: string;
  account: string;
  report: string;
  first_day: string | null;
  last_day: string | null;
  days: number;
  missing_days: number;
  rows: number;
  loaded_at: string;
  /** Flag -> days that carry it: sampled, thresholded, other_row, truncated, restricted, provisional. */
  flags: Record<string, number>;
  /** ISO day -> rows, for the completeness calendar; at most the last 400 days. */
  calendar: Record<string, number>;
}

export interface Revision {
  source: string;
  account: string;
  report: string;
  day: string;
  at: string;
  rows_before: number;
  rows_after: number;
  cost_before: number | null;
  cost_after: number | null;
  revenue_before: number | null;
  revenue_after: number | null;
}

export interface Segment {
  segment: number;
  name: string;
  customers: number;
  share_of_customers: number;
  share_of_revenue: number | null;
  /** Measure -> mean over the segment; standardised mean under `z`. */
  means: Record<string, number | null>;
  z: Record<string, number | null>;
  description: string;
}

export interface Customers {
  count: number;
  segments: Segment[];
  /** Points of the revenue concentration curve: share of customers (best first), share of revenue. */
  concentration: Array<[number, number]>;
  by_country: Array<{ name: string; customers: number; revenue: number | null }>;
  by_age: Array<{ name: string; customers: number; revenue: number | null }>;
  by_gender: Array<{ name: string; customers: number; revenue: number | null }>;
  currency: string | null;
  model: Record<string, string | number | null>;
}

/** Sessions of web analytics, where some were loaded (table campaign_traffic); by day and channel. */
export interface Traffic {
  columns: ["day", "channel", "sessions", "engaged_sessions", "transactions"];
  rows: Array<[string, string, number, number | null, number | null]>;
}

/** Everything but the cube. */
export interface ReportData {
  schema: 1;
  title: string;
  created_at: string;
  version: string;
  run_id: string;
  /** BCP 47, such as en or de-DE; decides numbers, dates and currency. Empty: the browser's. */
  locale: string;
  logo: string | null;
  currencies: string[];
  first_day: string | null;
  last_day: string | null;
  metrics: Metric[];
  measures: string[];
  channels: string[];
  sources: string[];
  /** Empty string: the country is not known. */
  countries: string[];
  campaigns: Campaign[];
  confidence: number;
  target_roi: number;
  warnings: string[];
  verdicts: Record<string, string>;
  method: Array<{ heading: string; text: string }>;
  rows: RowAccount[];
  rules: Rule[];
  feeds: Feed[];
  revisions: Revision[];
  customers: Customers | null;
  traffic: Traffic | null;
  annotations: Array<{ day: string; text: string }>;
  /** What the pages look like before a reader chooses; auto if absent. */
  theme?: "auto" | "light" | "dark";
  /** What a reader must know about this file, shown on every page; `warnings` are notes of the run. */
  notices?: string[];
  /** Checks that failed, for the badge; counted from the row accounts if absent. */
  checks_failed?: number;
}

/**
 * The cube: sums of the clean campaign rows of one day, campaign, channel, country and currency in which each measure
 * is known throughout or nowhere. Embedded as base64 of gzip of:
 * uint32 (little endian) length of the header | header, JSON in UTF-8 | columns one after another.
 * A column holds `rows` unsigned integers of `width` bytes as byte planes: all lowest bytes first, then the next ones.
 * stored -> value: if `nulls`, 0 is null and the others are less by one; then zigzag ((n >>> 1) ^ -(n & 1)); then, if
 * `delta`, the running sum (nulls skipped); then divided by 10^scale.
 */
export interface CubeHeader {
  version: 1;
  rows: number;
  columns: Array<{ name: string; width: number; nulls: boolean; delta: boolean; scale: number }>;
}
/** Dimension columns of the cube: `day` is days since ReportData.first_day, the others are places in the lists. */
export const DIMENSIONS = ["day", "campaign", "channel", "country", "currency"] as const;

export interface Query {
  currency: string;
  start: string;
  end: string;
  previous: { start: string; end: string } | null;
  /** Empty: all. */
  channels: string[];
  /** Ids of Campaign. */
  campaigns: string[];
  countries: string[];
  sources: string[];
}

/** Per metric, in the order of ReportData.metrics: numerator, denominator (null where the metric has none). */
export type Values = Array<[number | null, number | null]>;

export interface Group {
  /** Key of the group: channel, campaign id, country, ISO day ...; two parts for channel_week. */
  key: string[];
  now: Values | null;
  before: Values | null;
}

export type Breakdown = "total" | "day" | "channel" | "campaign" | "country" | "source" | "channel_week" | "channel_day";

export type Answer = Record<Breakdown, Group[]>;

export interface Provider {
  data(): Promise<ReportData>;
  query(query: Query, signal?: AbortSignal): Promise<Answer>;
}
