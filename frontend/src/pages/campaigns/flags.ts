/** What is unusual about a campaign in the period. Every flag says what it found, in figures. */
import type { Campaign, Group } from "../../data/contract.ts";
import { addDays } from "../../format/days.ts";
import type { View } from "../../view.ts";

export type FlagName = "new" | "paused" | "losing" | "fatigue" | "outlier";

export const FLAGS: Record<FlagName, { label: string; meaning: string }> = {
  new: { label: "New", meaning: "First seen in this period." },
  paused: { label: "Paused", meaning: "No row in the last 7 days of the period, though there were rows before." },
  losing: { label: "Losing", meaning: "Less revenue than cost in this period." },
  fatigue: { label: "Fatigue", meaning: "The click rate fell by a fifth or more against the comparison, and by more than chance explains (two-proportion z test, 99.9%)." },
  outlier: { label: "Outlier day", meaning: "A day whose cost or revenue is more than 6 robust deviations from the campaign's own median, and over twice it." },
};

export interface Flag {
  name: FlagName;
  /** Written when it is asked for: thousands of campaigns have flags, few are on screen. */
  why: () => string;
}

/** z of the difference of two shares. */
export function twoProportions(hits: number, of: number, hitsBefore: number, ofBefore: number): number {
  const pooled = (hits + hitsBefore) / (of + ofBefore);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / of + 1 / ofBefore));
  return error > 0 ? (hits / of - hitsBefore / ofBefore) / error : 0;
}

const CHANCE = 3.29;
const FEWEST_CLICKS = 30;

function fatigue({ metrics, formats }: View, group: Group): Flag[] {
  const [clicks, shown] = metrics.parts(group.now, "ctr");
  const [clicksBefore, shownBefore] = metrics.parts(group.before, "ctr");
  if (!clicks || !shown || !clicksBefore || !shownBefore || clicksBefore < FEWEST_CLICKS || clicks > shown || clicksBefore > shownBefore) return [];
  const [rate, before] = [clicks / shown, clicksBefore / shownBefore];
  if (rate > 0.8 * before || twoProportions(clicks, shown, clicksBefore, shownBefore) > -CHANCE) return [];
  return [{ name: "fatigue", why: () => `CTR fell from ${formats.percent(before, 2)} to ${formats.percent(rate, 2)}.` }];
}

function seen({ periods, formats, data }: View, campaign: Campaign, quietFrom: string): Flag[] {
  const { start } = periods.now;
  const found: Flag[] = [];
  if (campaign.first_day >= start && campaign.first_day > (data.first_day ?? "")) found.push({ name: "new", why: () => `First seen on ${formats.day(campaign.first_day)}.` });
  if (campaign.last_day <= quietFrom) found.push({ name: "paused", why: () => `Last seen on ${formats.day(campaign.last_day)}.` });
  return found;
}

/** The last day on which a campaign seen then and no later counts as paused. */
export function lastQuietDay({ periods }: View): string {
  return addDays(periods.now.end, -7);
}

export function flagsOf(view: View, campaign: Campaign, group: Group, quietFrom = lastQuietDay(view)): Flag[] {
  const { metrics, formats, periods } = view;
  const found = seen(view, campaign, quietFrom);
  const profit = metrics.now(group, "profit");
  if (profit !== null && profit < 0) found.push({ name: "losing", why: () => `Profit of ${formats.money(profit)} in this period.` });
  found.push(...fatigue(view, group));
  const days = (campaign.outlier_days ?? []).filter((day) => day >= periods.now.start && day <= periods.now.end);
  if (days.length) found.push({ name: "outlier", why: () => `${days.slice(0, 3).map((day) => formats.dayShort(day)).join(", ")}${days.length > 3 ? ` and ${days.length - 3} more` : ""}.` });
  return found;
}
