import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGES } from "../src/pages/registry.ts";
import { actions } from "../src/pages/summary/actions.ts";
import { channelMoves, coverage, split, story } from "../src/pages/summary/story.ts";
import { flagsOf, twoProportions } from "../src/pages/campaigns/flags.ts";
import { rowsOf } from "../src/pages/campaigns/rows.ts";
import { failedChecks, imbalances } from "../src/pages/health/checks.ts";
import { outliers } from "../src/data/outliers.ts";
import { SAMPLES, sample } from "../sample/reports.ts";
import { total } from "../src/view.ts";
import { viewOf } from "./view.ts";

const told = (sentences: Array<Array<{ text: string }>>) => sentences.map((words) => words.map((one) => one.text).join("")).join(" ");

test("a change of profit splits into spend and return without a rest", () => {
  const parts = split([330, 120], [300, 100])!;
  assert.equal(parts.spend, 20 * 2, "20 more spent at a ROAS of 3");
  assert.ok(Math.abs(parts.efficiency - 120 * (330 / 120 - 3)) < 1e-9);
  assert.ok(Math.abs(parts.spend + parts.efficiency - (330 - 120 - (300 - 100))) < 1e-9);
  assert.equal(split([1, 0], [1, 1]), null);
});

test("the story tells the change of profit and who moved it", async () => {
  const view = await viewOf(sample({ days: 400, activity: 0.5 }));
  const words = told(story(view));
  assert.match(words, /^Profit (rose|fell) by €[\d.,]+[KM]? to €/);
  assert.match(words, /ROAS (rose|fell) from/);
  assert.match(coverage(view), /of the cost; the revenue of the rest is not known/);
});

test("the moves of the channels add up to the change of profit", async () => {
  const view = await viewOf(sample({ days: 400, activity: 0.5 }));
  const sum = channelMoves(view).reduce((all, one) => all + one.difference, 0);
  const change = view.metrics.now(total(view), "profit")! - view.metrics.before(total(view), "profit")!;
  assert.ok(Math.abs(sum - change) < 0.01);
});

test("a loss that shrinks is not called a profit", async () => {
  const view = await viewOf(sample({ days: 400, negativeRevenue: true, activity: 0.5 }));
  assert.match(told(story(view)), /^The loss (shrank|grew) by €/);
});

test("without a comparison the story tells what was spent and what came back", async () => {
  assert.match(told(story(await viewOf(sample({ days: 20 })))), /was spent and .* came back: a profit of .* brings the most profit/);
  assert.match(told(story(await viewOf(sample({ days: 20, zeroCost: true })))), /no cost is recorded beside it/);
  assert.match(told(story(await viewOf(sample({ days: 20 }), { search: "nothing" }))), /no row for this choice/);
});

test("actions are ranked by money, one for each campaign, and call losing only what the interval calls so", async () => {
  const view = await viewOf(sample({ days: 400 }));
  const found = actions(view, 100);
  assert.deepEqual(found.map((one) => one.stake), found.map((one) => one.stake).sort((a, b) => b - a));
  const campaigns = found.map((one) => one.campaign).filter((id) => id !== null);
  assert.equal(new Set(campaigns).size, campaigns.length);
  for (const one of found.filter((action) => action.title.startsWith("Stop"))) assert.equal(view.campaigns.get(one.campaign!)!.verdict, "loses");
});

test("a campaign is new, paused or an outlier by its days", async () => {
  const view = await viewOf(sample({ days: 400, activity: 1, countries: [""] }));
  const flags = new Map(rowsOf(view).map((row) => [row.campaign, row.flags.map((flag) => flag.name)]));
  const fresh = view.data.campaigns.find((one) => one.first_day > "2026-09-01")!;
  const ended = view.data.campaigns.find((one) => one.last_day < "2026-10-01")!;
  assert.ok(flags.get(fresh)!.includes("new"));
  assert.ok(flags.get(ended)!.includes("paused"));
  assert.ok(flags.get(view.data.campaigns[9]!)!.includes("outlier"), "its cost is nine times as high on one day");
});

test("a falling click rate is fatigue only beyond chance", async () => {
  const view = await viewOf(sample({ days: 200 }));
  const group = (clicks: number, shown: number) => view.data.metrics.map((metric): [number | null, number | null] => (metric.name === "ctr" ? [clicks, shown] : [null, null]));
  const has = (now: [number, number], before: [number, number]) => flagsOf(view, view.data.campaigns[0]!, { key: ["1"], now: group(...now), before: group(...before) }).some((flag) => flag.name === "fatigue");
  assert.ok(has([300, 50_000], [500, 50_000]));
  assert.ok(!has([470, 50_000], [500, 50_000]), "less than a fifth");
  assert.ok(!has([20, 3_000], [31, 3_000]), "may be chance");
  assert.equal(twoProportions(0, 10, 0, 10), 0);
});

test("an unusual day does not hide itself, and few days tell nothing", () => {
  const days = Array.from({ length: 30 }, (_, i) => 100 + (i % 5));
  assert.deepEqual(outliers(days.map((cost, i) => (i === 11 ? 900 : cost))), [11]);
  assert.deepEqual(outliers(days), []);
  assert.deepEqual(outliers([1, 1, 1, 99]), []);
});

test("accounts that do not balance are failed checks", () => {
  const { data } = SAMPLES["usual"]!();
  assert.equal(failedChecks(data), 0);
  const account = { ...data.rows[0]!, rows_clean: data.rows[0]!.rows_clean - 3, cost_clean: 1 };
  assert.deepEqual(imbalances(account).length, 2);
  assert.match(imbalances(account)[0]!, /3 rows lost/);
});

test("every page gives sheets for every sample, with as many cells as columns", async () => {
  for (const name of ["usual", "one-day", "one-campaign", "zero-cost", "hostile", "negative-revenue", "currencies"]) {
    const view = await viewOf(SAMPLES[name]!());
    for (const page of PAGES) {
      for (const sheet of page.sheets(view)) {
        for (const row of sheet.rows) assert.equal(row.length, sheet.columns.length, `${name} ${page.id} ${sheet.name}`);
      }
    }
  }
});
