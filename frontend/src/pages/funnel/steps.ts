/** The steps from an impression to a conversion, each with the share of the step before. */
import { daysBetween } from "../../format/days.ts";
import type { Range } from "../../state/periods.ts";
import { type View, metricOf, total } from "../../view.ts";

export interface FunnelStep {
  name: string;
  label: string;
  now: number | null;
  before: number | null;
  /** Share of the step before. Impressions, clicks and conversions count only where both are known. */
  rate: number | null;
  rateBefore: number | null;
  rateOf: string;
}

/** Days of a range that web analytics covers. */
export function sessionDays({ data }: View, range: Range): number {
  return new Set(data.traffic?.rows.map(([day]) => day).filter((day) => day >= range.start && day <= range.end)).size;
}

/** Sessions of web analytics in a range, for the chosen channels; null unless they are known for all of its days. */
function sessions(view: View, range: Range | null): number | null {
  const { data, query } = view;
  if (!data.traffic || !range || sessionDays(view, range) < daysBetween(range.start, range.end)) return null;
  const rows = data.traffic.rows.filter(([day, channel]) => day >= range.start && day <= range.end && (!query.channels.length || query.channels.includes(channel)));
  return rows.length ? rows.reduce((sum, row) => sum + row[2], 0) : null;
}

/** Sessions carry no campaign and no country, so a choice of those leaves them out. */
export function sessionsFit({ query }: View): boolean {
  return !query.campaigns.length && !query.countries.length;
}

export function steps(view: View): FunnelStep[] {
  const { metrics, periods, compared } = view;
  const group = total(view);
  const of = (name: string, label: string, rate: string | null, rateOf: string): FunnelStep => ({
    name,
    label,
    now: metrics.now(group, name),
    before: metrics.before(group, name),
    rate: rate ? metrics.now(group, rate) : null,
    rateBefore: rate ? metrics.before(group, rate) : null,
    rateOf,
  });
  const found = [of("impressions", metricOf(view, "impressions").label, null, ""), of("clicks", metricOf(view, "clicks").label, "ctr", "of the impressions")];
  const [now, before] = sessionsFit(view) ? [sessions(view, periods.now), compared ? sessions(view, periods.before) : null] : [null, null];
  if (now !== null) {
    const [clicks, clicksBefore] = [found[1]!.now, found[1]!.before];
    found.push({ name: "sessions", label: "Sessions", now, before, rate: clicks ? now / clicks : null, rateBefore: before !== null && clicksBefore ? before / clicksBefore : null, rateOf: "for each click" });
  }
  return [...found, of("conversions", metricOf(view, "conversions").label, "cvr", "of the clicks")];
}
