/**
 * What is worth looking at first, with the money at stake in the period. No model stands behind it: each line says what
 * the figures say, and a campaign is called losing only where its interval says so.
 */
import { cut } from "../../charts/options.ts";
import type { Campaign, Group } from "../../data/contract.ts";
import { isolated } from "../../format/names.ts";
import { type View, campaignName, total } from "../../view.ts";

export interface Action {
  title: string;
  why: string;
  stake: number;
  campaign: string | null;
  tone: "good" | "bad" | "neutral";
}

/** What was found, and how to say it; thousands of campaigns are looked at, five are told. */
interface Found {
  stake: number;
  told: () => Omit<Action, "stake">;
}

type Finder = (view: View, group: Group, campaign: Campaign) => Found | null;

const name = (campaign: Campaign) => `“${isolated(cut(campaignName(campaign, campaign.id), 70))}”`;

const losing: Finder = (view, group, campaign) => {
  const profit = view.metrics.now(group, "profit");
  if (profit === null || profit >= 0) return null;
  const sure = campaign.verdict === "loses";
  const told = (): Omit<Action, "stake"> => {
    const title = sure ? `Stop or rework ${name(campaign)}` : `Watch ${name(campaign)}`;
    return { title, why: `${spent(view, group)} ${overAllDays(view, campaign)}`, campaign: campaign.id, tone: sure ? "bad" : "neutral" };
  };
  return { stake: -profit, told };
};

/** What went out and what came back; both of the days whose revenue is known, as the loss is. */
function spent({ metrics, formats }: View, group: Group): string {
  const [revenue, cost] = metrics.parts(group.now, "roas");
  if (revenue === null || cost === null) return "Its cost is not covered by its revenue.";
  if (revenue <= 0) return `${formats.rounded(cost)} spent, nothing came back${revenue < 0 ? " but refunds" : ""}.`;
  return `${formats.rounded(cost)} spent brought ${formats.rounded(revenue)} (ROAS ${formats.multiple(revenue / cost)}).`;
}

function overAllDays({ formats, query, data }: View, campaign: Campaign): string {
  const { roi_low: low, roi_high: high } = campaign.intervals[query.currency] ?? { roi_low: null, roi_high: null };
  if (low === null || high === null) return `Over all days: ${campaign.verdict || "no verdict"}.`;
  return `Over all days: ${campaign.verdict}, ROI ${formats.percent(low, 0)} to ${formats.percent(high, 0)} (${formats.percent(data.confidence, 0)} interval).`;
}

const weaker: Finder = ({ metrics, formats }, group, campaign) => {
  const [roas, before] = [metrics.now(group, "roas"), metrics.before(group, "roas")];
  const [revenue, cost] = metrics.parts(group.now, "roas");
  if (roas === null || before === null || roas < 1 || roas > 0.9 * before || revenue === null || cost === null) return null;
  const missed = cost * before - revenue;
  const why = () => `ROAS fell from ${formats.multiple(before)} to ${formats.multiple(roas)}; at the earlier return its cost would have brought ${formats.rounded(missed)} more.`;
  return { stake: missed, told: () => ({ title: `Find out why ${name(campaign)} weakened`, why: why(), campaign: campaign.id, tone: "bad" }) };
};

const cutBack: Finder = ({ metrics, formats }, group, campaign) => {
  const [cost, before] = [metrics.now(group, "cost"), metrics.before(group, "cost")];
  const roi = metrics.now(group, "roi");
  if (campaign.verdict !== "pays back" || roi === null || roi <= 0 || cost === null || before === null || cost > 0.85 * before) return null;
  const worth = (before - cost) * roi;
  const why = () => `Its cost fell from ${formats.rounded(before)} to ${formats.rounded(cost)} while it pays back (ROI ${formats.percent(roi)}). At the same return the difference is worth ${formats.rounded(worth)}; more spend usually returns a little less.`;
  return { stake: worth, told: () => ({ title: `Consider spending on ${name(campaign)} again`, why: why(), campaign: campaign.id, tone: "good" }) };
};

function unknownRevenue(view: View): Found[] {
  const { metrics, formats } = view;
  const [known, cost] = metrics.parts(total(view).now, "coverage");
  const missing = (cost ?? 0) - (known ?? 0);
  if (cost === null || missing < 0.01 * cost || missing <= 0) return [];
  const why = `${formats.rounded(missing)} was spent on rows whose revenue is not known. Profit, ROI and ROAS leave it out.`;
  return [{ stake: missing, told: () => ({ title: "Find the missing revenue", why, campaign: null, tone: "neutral" }) }];
}

/** The largest of what the finders find in one campaign. */
function largest(view: View, group: Group): Found[] {
  const campaign = view.campaigns.get(group.key[0]!);
  if (!campaign) return [];
  const ones = FINDERS.map((finder) => finder(view, group, campaign)).filter((one) => one !== null);
  return ones.sort((a, b) => b.stake - a.stake).slice(0, 1);
}

const FINDERS = [losing, weaker, cutBack];

/** The actions, the most money first; one for each campaign. */
export function actions(view: View, most = 5): Action[] {
  const found = view.answer.campaign.flatMap((group) => largest(view, group));
  const first = [...found, ...unknownRevenue(view)].filter((one) => one.stake > 0).sort((a, b) => b.stake - a.stake).slice(0, most);
  return first.map(({ stake, told }) => ({ ...told(), stake }));
}
