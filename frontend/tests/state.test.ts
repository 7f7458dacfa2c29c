import assert from "node:assert/strict";
import { test } from "node:test";
import { START, readHash, toPage, writeHash } from "../src/state/hash.ts";
import { comparisonOf, covered, lastYear, longestComparable, rangeOf } from "../src/state/periods.ts";
import { NO_CAMPAIGN, chosenCampaigns, periodsOf, queryOf } from "../src/state/query.ts";
import { daysBetween, isIsoDay, mondayOf, dayNumber, isoDay } from "../src/format/days.ts";
import { sample } from "../sample/reports.ts";

const DATA = { start: "2024-01-01", end: "2026-03-31" };

test("presets count both ends and stop where the data stops", () => {
  assert.deepEqual(rangeOf("7d", DATA), { start: "2026-03-25", end: "2026-03-31" });
  assert.deepEqual(rangeOf("mtd", DATA), { start: "2026-03-01", end: "2026-03-31" });
  assert.deepEqual(rangeOf("qtd", DATA), { start: "2026-01-01", end: "2026-03-31" });
  assert.deepEqual(rangeOf("ytd", { ...DATA, end: "2026-07-09" }), { start: "2026-01-01", end: "2026-07-09" });
  assert.deepEqual(rangeOf("365d", { start: "2026-03-01", end: "2026-03-31" }), { start: "2026-03-01", end: "2026-03-31" });
  assert.deepEqual(rangeOf("custom", DATA, { start: "2026-02-10", end: "2025-12-01" }), { start: "2025-12-01", end: "2026-02-10" });
});

test("a comparison always has as many days as the period", () => {
  for (const [preset, end] of [["mtd", "2026-03-31"], ["mtd", "2026-03-12"], ["qtd", "2026-05-20"], ["ytd", "2024-12-31"], ["90d", "2026-03-31"]] as const) {
    const range = rangeOf(preset, { start: "2022-01-01", end });
    for (const kind of ["previous", "year"] as const) {
      const other = comparisonOf(range, preset, kind)!;
      assert.equal(daysBetween(other.start, other.end), daysBetween(range.start, range.end), `${preset} ${kind}`);
      assert.ok(other.end < range.start);
    }
  }
});

test("month to date is compared with the same days of the month before", () => {
  assert.deepEqual(comparisonOf({ start: "2026-03-01", end: "2026-03-12" }, "mtd", "previous"), { start: "2026-02-01", end: "2026-02-12" });
  assert.deepEqual(comparisonOf({ start: "2026-03-01", end: "2026-03-31" }, "mtd", "previous"), { start: "2026-01-29", end: "2026-02-28" }, "February is too short");
  assert.deepEqual(comparisonOf({ start: "2026-03-01", end: "2026-03-12" }, "custom", "previous"), { start: "2026-02-17", end: "2026-02-28" });
  assert.equal(comparisonOf(DATA, "all", "off"), null);
});

test("last year knows leap days", () => {
  assert.equal(lastYear("2024-02-29"), "2023-02-28");
  assert.equal(lastYear("2025-03-01"), "2024-03-01");
});

test("what the data covers of a range is all, part or none", () => {
  assert.equal(covered({ start: "2024-01-01", end: "2024-02-01" }, DATA), "all");
  assert.equal(covered({ start: "2023-12-01", end: "2024-02-01" }, DATA), "part");
  assert.equal(covered({ start: "2023-01-01", end: "2023-02-01" }, DATA), "none");
});

test("the longest period that can be compared is found in what the data covers", () => {
  const days = (end: string) => ({ start: "2026-01-01", end });
  assert.equal(longestComparable(days("2026-04-30"), "previous")?.id, "30d", "120 days: 90 have no 90 before them");
  assert.equal(longestComparable(days("2026-06-29"), "previous")?.id, "90d", "180 days");
  assert.equal(longestComparable(days("2026-01-14"), "previous")?.id, "7d");
  assert.equal(longestComparable(days("2026-01-13"), "previous"), null);
  assert.equal(longestComparable(days("2026-06-29"), "year"), null);
});

test("the address gives back what was written into it", () => {
  const state = { ...START, page: "campaigns", preset: "custom" as const, from: "2026-01-02", to: "2026-02-03", comparison: "year" as const, currency: "USD", channels: ["Paid, Search", "A&B=#?"], campaigns: ["985015818241350461", "-4"], countries: ["", "DE"], search: "50% <b> 🎉", sort: "-roas", columns: ["cost", "roi"], pick: "new", open: "-7", theme: "dark" as const };
  assert.deepEqual(readHash(writeHash(state)), state);
  assert.deepEqual(readHash(writeHash(START)), START);
  assert.equal(writeHash(START), "#/summary");
});

test("an address that cannot be read leads to the start, not to an error", () => {
  assert.deepEqual(readHash("#/<script>?p=9d&vs=x&from=2026-13-40&ca=x&id=&theme=pink"), { ...START, campaigns: [] });
  assert.deepEqual(readHash(""), START);
});

test("another page keeps the filters and drops what belonged to the page", () => {
  const there = toPage({ ...START, channels: ["Email"], sort: "-roas", open: "4" }, "funnel");
  assert.deepEqual([there.page, there.channels, there.sort, there.open], ["funnel", ["Email"], "", null]);
});

test("a search that finds nothing asks for nothing instead of everything", () => {
  const { data } = sample({ days: 3, bare: true });
  assert.deepEqual(chosenCampaigns(data, { ...START, search: "no such name" }), [NO_CAMPAIGN]);
  assert.deepEqual(chosenCampaigns(data, { ...START, search: "BRAND 1", campaigns: ["1", "2"] }), ["1"]);
  assert.deepEqual(chosenCampaigns(data, START), []);
});

test("a comparison that lies before all data is not asked for", () => {
  const { data } = sample({ days: 30, bare: true });
  const periods = periodsOf(data, START)!;
  assert.equal(periods.beforeCovered, "none");
  assert.equal(queryOf(data, START, periods).previous, null);
});

test("days are days", () => {
  assert.ok(isIsoDay("2024-02-29"));
  assert.ok(!isIsoDay("2026-02-29"));
  assert.equal(isoDay(mondayOf(dayNumber("2026-11-22"))), "2026-11-16");
  assert.equal(isoDay(mondayOf(dayNumber("2026-11-23"))), "2026-11-23");
});
