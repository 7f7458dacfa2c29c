/**
 * Days on which a campaign's cost or revenue lies far from its other days. Median and MAD, so that the unusual day does
 * not hide itself; a day counts when it is more than `FAR` robust deviations away and at least twice the median.
 * Iglewicz & Hoaglin (1993) call 3.5 an outlier; campaign days are heavy-tailed, so 6 is asked for here.
 */
import type { ReportData } from "./contract.ts";
import type { Aggregator } from "./aggregate.ts";
import { addDays } from "../format/days.ts";

const FAR = 6;
const FEWEST = 14;

export function median(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Places of the unusual values; zeros are days without the campaign and not looked at. */
export function outliers(values: ArrayLike<number>): number[] {
  const active = Float64Array.from(values).filter((value) => value !== 0).sort();
  if (active.length < FEWEST) return [];
  const centre = median(active);
  const spread = 1.4826 * median(active.map((value) => Math.abs(value - centre)).sort());
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (spread > 0 && Math.abs(value - centre) > FAR * spread && Math.abs(value) > 2 * Math.abs(centre)) found.push(i);
  }
  return found;
}

/** Adds each campaign's unusual days where the report did not bring them. */
export function addOutlierDays(data: ReportData, aggregator: Aggregator): void {
  if (!data.first_day || data.campaigns.some((campaign) => campaign.outlier_days)) return;
  const days = aggregator.dayCount;
  const measures = ["cost", "revenue"].map((name) => aggregator.daysOf(name));
  data.campaigns.forEach((campaign, place) => {
    const places = measures.flatMap((sums) => (sums ? outliers(sums.subarray(place * days, (place + 1) * days)) : []));
    campaign.outlier_days = [...new Set(places)].sort((a, b) => a - b).map((day) => addDays(data.first_day!, day));
  });
}
