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

type Finder = (view: View, group: Group, campaign: Campaign) => Action | null;

const name = (campaign: Campaign) => `“${isolated(cut(campaignName(campaign, campaign.id), 70))}”`;

const losing: Finder = ({ metrics, formats }, group, campaign) => {
  const profit = metrics.now(group, "profit");
  if (profit === null || profit >= 0) return null;
  const sure = campaign.verdict === "loses";
  const roas = metrics.now(group, "roas");
  const returned = roas === null ? "" : ` at ${formats.multiple(roas)}`;
  const title = sure ? `Stop or rework ${name(campaign)}` : `Watch ${name(campaign)}`;
  const why = sure ? `It lost ${formats.rounded(-profit)}${returned}, and over all days its whole interval lies below the target.` : `It lost ${formats.rounded(-profit)}${returned} in this period; over all days: ${campaign.verdict}.`;
  return { title, why, stake: -profit, campaign: campaign.id, tone: sure ? "bad" : "neutral" };
};

const weaker: Finder = ({ metrics, formats }, group, campaign) => {
  const [roas, before] = [metrics.now(group, "roas"), metrics.before(group, "roas")];
  const [revenue, cost] = metrics.parts(group.now, "roas");
  if (roas === null || before === null || roas < 1 || roas > 0.9 * before || revenue === null || cost === null) return null;
  const missed = cost * before - revenue;
  return { title: `Find out why ${name(campaign)} weakened`, why: `ROAS fell from ${formats.multiple(before)} to ${formats.multiple(roas)}; at the earlier return its cost would have brought ${formats.rounded(missed)} more.`, stake: missed, campaign: campaign.id, tone: "bad" };
};

const cutBack: Finder = ({ metrics, formats }, group, campaign) => {
  const [cost, before] = [metrics.now(group, "cost"), metrics.before(group, "cost")];
  const roi = metrics.now(group, "roi");
  if (campaign.verdict !== "pays back" || roi === null || roi <= 0 || cost === null || before === null || cost > 0.85 * before) return null;
  const worth = (before - cost) * roi;
  return { title: `Consider spending on ${name(campaign)} again`, why: `Its cost fell from ${formats.rounded(before)} to ${formats.rounded(cost)} while it pays back (ROI ${formats.percent(roi)}). At the same return the difference is worth ${formats.rounded(worth)}; more spend usually returns a little less.`, stake: worth, campaign: campaign.id, tone: "good" };
};

function unknownRevenue(view: View): Action[] {
  const { metrics, formats } = view;
  const [known, cost] = metrics.parts(total(view).now, "coverage");
  const missing = (cost ?? 0) - (known ?? 0);
  if (cost === null || missing < 0.01 * cost || missing <= 0) return [];
  return [{ title: "Find the missing revenue", why: `${formats.rounded(missing)} was spent on rows whose revenue is not known. Profit, ROI and ROAS leave it out.`, stake: missing, campaign: null, tone: "neutral" }];
}

/** The actions, the most money first; one for each campaign. */
export function actions(view: View, most = 5): Action[] {
  const found = view.answer.campaign.flatMap((group) => {
    const campaign = view.campaigns.get(group.key[0]!);
    const ones = campaign ? [losing, weaker, cutBack].map((finder) => finder(view, group, campaign)).filter((one) => one !== null) : [];
    return ones.sort((a, b) => b.stake - a.stake).slice(0, 1);
  });
  return [...found, ...unknownRevenue(view)].filter((one) => one.stake > 0).sort((a, b) => b.stake - a.stake).slice(0, most);
}
