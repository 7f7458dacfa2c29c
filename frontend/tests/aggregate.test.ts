import assert from "node:assert/strict";
import { test } from "node:test";
import type { Query, ReportData, Values } from "../src/data/contract.ts";
import { Aggregator } from "../src/data/aggregate.ts";
import { decode } from "../src/data/cube.ts";
import { EmbeddedProvider } from "../src/data/embedded.ts";
import { Metrics } from "../src/data/metrics.ts";
import { type Plain, encode } from "../sample/encode.ts";
import { sample } from "../sample/reports.ts";

const frame = sample({ days: 1, campaigns: 2, countries: [""], bare: true }).data;
const ALL: Query = { currency: "EUR", start: "2026-10-05", end: "2026-10-06", previous: null, channels: [], campaigns: [], countries: [], sources: [] };

/** Cells as [day, campaign, channel, country, currency, cost, impressions, clicks, conversions, revenue]. */
function aggregator(cells: Array<Array<number | null>>, changes: Partial<ReportData> = {}) {
  const names = ["day", "campaign", "channel", "country", "currency", ...frame.measures];
  const columns = names.map((name, i): Plain => ({ name, values: cells.map((cell) => cell[i]!), scale: [0, 0, 0, 0, 0, 2, 0, 0, 1, 2][i]!, delta: false }));
  const data: ReportData = { ...frame, first_day: "2026-10-05", last_day: "2026-10-14", channels: ["A", "B"], countries: ["", "DE"], currencies: ["EUR", "USD"], ...changes };
  return { data, metrics: new Metrics(data.metrics), of: new Aggregator(data, decode(encode(columns))) };
}

test("a ratio is a sum over a sum, taken where all its parts are known", () => {
  const { of, metrics } = aggregator([
    [0, 0, 0, 0, 0, 10000, 100, 10, 20, 30000],
    [0, 1, 0, 0, 0, 5000, 100, 10, 20, null],
    [1, 0, 0, 0, 0, 20000, 100, 10, 20, 30000],
  ]);
  const total = of.answer(ALL).total[0]!;
  assert.equal(metrics.now(total, "cost"), 350);
  assert.equal(metrics.now(total, "revenue"), 600);
  assert.equal(metrics.now(total, "profit"), 300, "the row without revenue is in neither part");
  assert.equal(metrics.now(total, "roas"), 2);
  assert.equal(metrics.now(total, "roi"), 1);
  assert.equal(metrics.now(total, "coverage"), 300 / 350);
  assert.equal(metrics.now(total, "cpa"), 350 / 6);
});

test("coverage of nothing is zero, and a return on it is unknown", () => {
  const { of, metrics } = aggregator([[0, 0, 0, 0, 0, 100, 1, 1, 1, null]]);
  const total = of.answer(ALL).total[0]!;
  assert.equal(metrics.now(total, "coverage"), 0);
  assert.equal(metrics.now(total, "roi"), null);
  assert.equal(metrics.now(total, "profit"), null);
});

test("no cost gives no return", () => {
  const { of, metrics } = aggregator([[0, 0, 0, 0, 0, 0, 1, 1, 0, 500]]);
  const total = of.answer(ALL).total[0]!;
  assert.equal(metrics.now(total, "roas"), null);
  assert.equal(metrics.now(total, "cpa"), null);
  assert.equal(metrics.now(total, "profit"), 5);
});

test("currencies are never added", () => {
  const { of, metrics } = aggregator([[0, 0, 0, 0, 0, 100, 1, 1, 1, 100], [0, 0, 0, 0, 1, 900, 1, 1, 1, 900]]);
  assert.equal(metrics.now(of.answer(ALL).total[0], "cost"), 1);
  assert.equal(metrics.now(of.answer({ ...ALL, currency: "USD" }).total[0], "cost"), 9);
  assert.equal(metrics.now(of.answer({ ...ALL, currency: "JPY" }).total[0], "cost"), null);
});

test("money beyond 2^53 of its smallest unit is summed exactly", () => {
  const big = 2 ** 51 + 1;
  const costs = [big, big, big, -big, -big, -big + 7];
  const { of, metrics } = aggregator(costs.map((cost) => [0, 0, 0, 0, 0, cost, 1, 1, 1, 0]));
  assert.equal(metrics.now(of.answer(ALL).total[0], "cost"), 0.07);
});

test("days of both periods keep their own dates; a day outside both is not told", () => {
  const { of, metrics } = aggregator([[0, 0, 0, 0, 0, 100, 1, 1, 1, 1], [2, 0, 0, 0, 0, 300, 1, 1, 1, 1], [9, 0, 0, 0, 0, 700, 1, 1, 1, 1]]);
  const answer = of.answer({ ...ALL, start: "2026-10-07", end: "2026-10-08", previous: { start: "2026-10-05", end: "2026-10-06" } });
  assert.deepEqual(answer.day.map((group) => [group.key[0], metrics.now(group, "cost"), metrics.before(group, "cost")]), [["2026-10-05", null, 1], ["2026-10-07", 3, null]]);
});

test("filters keep channels, campaigns and countries; weeks start on Monday", () => {
  const { of, data, metrics } = aggregator([[0, 0, 0, 0, 0, 100, 1, 1, 1, 1], [1, 1, 1, 1, 0, 300, 1, 1, 1, 1], [7, 1, 1, 1, 0, 700, 1, 1, 1, 1]]);
  const cost = (query: Partial<Query>) => metrics.now(of.answer({ ...ALL, end: "2026-10-14", ...query }).total[0], "cost");
  assert.equal(cost({ channels: ["B"] }), 10);
  assert.equal(cost({ campaigns: [data.campaigns[0]!.id] }), 1);
  assert.equal(cost({ countries: ["DE"] }), 10);
  assert.equal(cost({ channels: ["A"], countries: ["DE"] }), null);
  assert.deepEqual(of.answer({ ...ALL, end: "2026-10-14" }).channel_week.map((group) => group.key), [["A", "2026-10-05"], ["B", "2026-10-05"], ["B", "2026-10-12"]]);
});

test("campaigns come in the order of their ids as numbers", () => {
  const { of, data } = aggregator([[0, 0, 0, 0, 0, 100, 1, 1, 1, 1], [0, 1, 1, 1, 0, 300, 1, 1, 1, 1]]);
  const ids = of.answer({ ...ALL, end: "2026-10-14" }).campaign.map((group) => BigInt(group.key[0]!));
  assert.equal(ids.length, data.campaigns.length);
  assert.ok(ids.every((id, i) => i === 0 || id > ids[i - 1]!));
});

test("every breakdown adds up to the total", async () => {
  const { data, cube } = sample({ days: 60, activity: 0.5 });
  const metrics = new Metrics(data.metrics);
  const answer = await new EmbeddedProvider(data, cube).query({ ...ALL, start: "2026-09-10", end: "2026-10-31", previous: null });
  for (const name of ["channel", "campaign", "country", "source", "day", "channel_week", "channel_day"] as const) {
    const sum = metrics.sum(answer[name].map((group): Values | null => group.now));
    for (const metric of ["cost", "revenue", "profit", "roas", "coverage"]) {
      const whole = metrics.now(answer.total[0], metric)!;
      assert.ok(Math.abs(metrics.value(sum, metric)! - whole) < 1e-9 * Math.abs(whole), `${name} ${metric}`);
    }
  }
});
