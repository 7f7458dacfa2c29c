/** Campaigns with cells in the period or its comparison, and what is known about each. */
import type { Campaign, Group } from "../../data/contract.ts";
import { campaignName, type View } from "../../view.ts";
import { type Flag, flagsOf, lastQuietDay } from "./flags.ts";

export interface Row {
  campaign: Campaign;
  name: string;
  group: Group;
  flags: Flag[];
}

function unknown(id: string): Campaign {
  return { id, name: "", channel: "", source: "", account: "", first_day: "", last_day: "", verdict: "", intervals: {} };
}

export function rowsOf(view: View): Row[] {
  const quietFrom = lastQuietDay(view);
  return view.answer.campaign.map((group) => {
    const id = group.key[0]!;
    const campaign = view.campaigns.get(id) ?? unknown(id);
    return { campaign, name: campaignName(campaign, id), group, flags: flagsOf(view, campaign, group, quietFrom) };
  });
}
