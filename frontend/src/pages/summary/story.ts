/**
 * What happened and why, in a few sentences. Every figure is taken from the answer, and nothing is said beyond it.
 *
 * Profit moves because more or less is spent and because each unit spent returns more or less. With cost C and ROAS R
 * (both over the rows whose revenue is known) profit is C·(R − 1), so its change splits without a rest into
 *   spend:  (C₁ − C₀)·(R₀ − 1)      return: C₁·(R₁ − R₀)
 */
import type { Group } from "../../data/contract.ts";
import { change } from "../../data/metrics.ts";
import { type View, channelName, metricOf, total } from "../../view.ts";

export interface Words {
  text: string;
  strong?: boolean;
  tone?: "good" | "bad";
}

export interface Split {
  spend: number;
  efficiency: number;
}

/** Splits a change of profit; null where either period has no return. */
export function split(now: [number | null, number | null], before: [number | null, number | null]): Split | null {
  const [revenue, cost] = now;
  const [revenueBefore, costBefore] = before;
  if (revenue === null || revenueBefore === null || !cost || !costBefore) return null;
  const [roas, roasBefore] = [revenue / cost, revenueBefore / costBefore];
  return { spend: (cost - costBefore) * (roasBefore - 1), efficiency: cost * (roas - roasBefore) };
}

const plain = (text: string): Words => ({ text });
const strong = (text: string): Words => ({ text, strong: true });

export function story(view: View): Words[][] {
  const group = total(view);
  if (!group.now) return [[plain("There is no row for this choice in this period. Choose a longer period or clear the filters.")]];
  const sentences = view.compared && group.before ? compared(view, group) : alone(view, group);
  return sentences;
}

/** A period without comparison: what was spent, what came back, who brings and who loses. */
function alone(view: View, group: Group): Words[][] {
  const { metrics, formats } = view;
  const [cost, revenue, profit] = ["cost", "revenue", "profit"].map((name) => metrics.now(group, name));
  if (cost === null && revenue === null) return [[plain("Neither cost nor revenue is known for this choice.")]];
  if (revenue === null || revenue === undefined) return [[strong(formats.rounded(cost ?? 0)), plain(" was spent; what came back is not known.")]];
  if (!cost) return [[strong(formats.rounded(revenue)), plain(" came back; no cost is recorded beside it, so there is no return to tell.")]];
  const words: Words[] = [strong(formats.rounded(cost)), plain(" was spent and "), strong(formats.rounded(revenue)), plain(" came back")];
  if (profit !== null && profit !== undefined) {
    words.push(plain(profit < 0 ? ": a loss of " : ": a profit of "), { text: formats.rounded(Math.abs(profit)), strong: true, tone: profit < 0 ? "bad" : "good" });
  }
  return [[...words, plain(".")], ...bestAndWorst(view)];
}

function bestAndWorst(view: View): Words[][] {
  const known = view.answer.channel
    .map((one) => ({ name: channelName(one.key[0]!), profit: view.metrics.now(one, "profit") }))
    .filter((one): one is { name: string; profit: number } => one.profit !== null)
    .sort((a, b) => a.profit - b.profit);
  const [worst, best] = [known[0], known[known.length - 1]];
  if (known.length < 2 || !worst || !best) return [];
  const words: Words[] = [];
  if (best.profit > 0) words.push(strong(best.name), plain(` brings the most profit (${view.formats.rounded(best.profit)})`));
  if (worst.profit < 0) words.push(plain(words.length ? "; " : ""), strong(worst.name), plain(` loses the most (${view.formats.rounded(worst.profit)})`));
  else if (words.length) words.push(plain("; no channel loses money"));
  return words.length ? [[...words, plain(".")]] : [];
}

function compared(view: View, group: Group): Words[][] {
  const { metrics } = view;
  const [now, before] = [metrics.now(group, "profit"), metrics.before(group, "profit")];
  if (now === null || before === null) return alone(view, group);
  return [[...movement(view, now, before)], ...reasons(view, group, now - before), ...mostOfIt(view, now - before)];
}

function movement(view: View, now: number, before: number): Words[] {
  const { formats } = view;
  const difference = now - before;
  const level = now < 0 ? `a loss of ${formats.rounded(-now)}` : formats.rounded(now);
  if (Math.abs(difference) < 0.005 * Math.max(Math.abs(now), Math.abs(before))) return [plain("Profit hardly moved: "), strong(level), plain(".")];
  const tone = difference > 0 ? "good" : "bad";
  if (now < 0 && before < 0) {
    return [plain(difference > 0 ? "The loss shrank by " : "The loss grew by "), { text: formats.rounded(Math.abs(difference)), strong: true, tone }, plain(" to "), strong(formats.rounded(-now)), plain(".")];
  }
  const verb = difference > 0 ? "rose" : "fell";
  return [plain(`Profit ${verb} by `), { text: formats.rounded(Math.abs(difference)), strong: true, tone }, plain(" to "), strong(level), plain(".")];
}

/** Cost and ROAS moved; what each did to profit. */
function reasons(view: View, group: Group, difference: number): Words[][] {
  const { metrics, formats } = view;
  const parts = split(metrics.parts(group.now, "roas"), metrics.parts(group.before, "roas"));
  const cost = change(metrics.now(group, "cost"), metrics.before(group, "cost"));
  const [roas, roasBefore] = [metrics.now(group, "roas"), metrics.before(group, "roas")];
  if (metrics.now(group, "cost") === 0) return [[plain("No cost is recorded, so there is no return to tell.")]];
  if (!parts || cost === null || roas === null || roasBefore === null || !difference) return [];
  const spent = Math.abs(cost) < 0.005 ? "Cost hardly moved" : `Cost ${cost > 0 ? "rose" : "fell"} ${formats.percent(Math.abs(cost))}`;
  const same = Math.abs(roas - roasBefore) < 0.005;
  const returned = same ? `ROAS stayed at ${formats.multiple(roas)}` : `ROAS ${roas > roasBefore ? "rose" : "fell"} from ${formats.multiple(roasBefore)} to ${formats.multiple(roas)}`;
  const effect = (value: number) => `${value < 0 ? "took" : "brought"} ${formats.rounded(Math.abs(value))}`;
  const why = `the ${roas > roasBefore ? "better" : "weaker"} return ${effect(parts.efficiency)}, ${cost > 0 ? "higher" : "lower"} spend ${effect(parts.spend)}`;
  const told = same || Math.abs(cost) < 0.005 ? "." : `: ${why}.`;
  return [[plain(`${spent}${cost * (roas - roasBefore) < 0 ? ", but " : " and "}${returned}${told}`)]];
}

/** The channel that moved most in the direction of the whole. */
function mostOfIt(view: View, difference: number): Words[][] {
  const { metrics, formats } = view;
  const moves = channelMoves(view).filter((one) => one.difference * difference > 0);
  const most = moves[0];
  if (!most || view.answer.channel.length < 2 || Math.abs(difference) < 0.005 * Math.abs(metrics.before(total(view), "profit") ?? 0)) return [];
  const share = most.difference / difference;
  const way = difference > 0 ? "gain" : "drop";
  if (share <= 1) return [[strong(channelName(most.channel)), plain(` explains ${share >= 0.995 && share < 1 ? "almost all" : formats.percent(share, 0)} of the ${way}.`)]];
  const verb = difference > 0 ? "gained" : "lost";
  return [[strong(channelName(most.channel)), plain(` alone ${verb} ${formats.rounded(Math.abs(most.difference))}; other channels went the other way.`)]];
}

export interface Move {
  channel: string;
  difference: number;
  now: number | null;
  before: number | null;
}

/** Each channel's change of profit, the largest first. A channel without rows in a period made nothing in it. */
export function channelMoves(view: View): Move[] {
  return view.answer.channel
    .map((group) => ({ channel: group.key[0]!, now: view.metrics.now(group, "profit"), before: view.metrics.before(group, "profit") }))
    .filter((one) => one.now !== null || one.before !== null)
    .map((one) => ({ ...one, difference: (one.now ?? 0) - (one.before ?? 0) }))
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
}

/** How much of the cost the sentences speak of; empty where it is all. */
export function coverage(view: View): string {
  const share = view.metrics.now(total(view), "coverage");
  if (share === null || share >= 0.9995) return "";
  const metric = metricOf(view, "coverage");
  return `Profit, ROI and ROAS speak of ${view.formats.percent(share, metric.decimals)} of the cost; the revenue of the rest is not known.`;
}
