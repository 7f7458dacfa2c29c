import assert from "node:assert/strict";
import { test } from "node:test";
import { Formats } from "../src/format/numbers.ts";
import { moved } from "../src/shell/Change.tsx";
import { METRICS } from "../sample/metrics.ts";

const en = new Formats("en", "EUR");
const metric = (name: string) => METRICS.find((one) => one.name === name)!;

test("money is short where it is large and full on hover", () => {
  assert.equal(en.short(metric("cost"), 2_583_111.239), "€2.58M");
  assert.equal(en.full(metric("cost"), 2_583_111.239), "€2,583,111.24");
  assert.equal(en.short(metric("cost"), 21.756), "€21.76");
  assert.equal(en.short(metric("cost"), 0), "€0");
  assert.equal(en.short(metric("cost"), null), "–");
});

test("locale and currency decide how a number is written", () => {
  assert.equal(new Formats("de-DE", "EUR").full(metric("cost"), 1234.5).replace(/\u00a0/g, " "), "1.234,50 €");
  assert.equal(new Formats("ja-JP", "JPY").full(metric("cost"), 1234), "￥1,234");
  assert.equal(new Formats("en", "XXX").full(metric("cost"), 1234.5), "1,234.50", "nobody stated a currency: no sign");
  assert.equal(new Formats("no such locale!", "EUR").percent(0.5), new Formats("", "EUR").percent(0.5));
  assert.doesNotThrow(() => new Formats("en", "€€").money(5));
});

test("nothing is written as minus zero", () => {
  assert.equal(en.percent(-0.0001, 0), "0%");
  assert.equal(en.number(-0.04, 1), "0");
});

test("a change is a share of the earlier value, unless that says nothing", () => {
  assert.equal(moved(metric("cost"), 110, 100, en).words, "+10.0%");
  assert.equal(moved(metric("roi"), 0.5, -0.1, en).words, "+60.0 pts");
  assert.equal(moved(metric("profit"), -50, 100, en).words, "-€150");
  assert.equal(moved(metric("cost"), 5, 0, en).words, "+€5.00");
  assert.equal(moved(metric("cost"), 0, 0, en).words, "0.0%");
  assert.equal(moved(metric("cost"), 2000, 100, en).words, "+19×");
});

test("days are written as they are, in no time zone", () => {
  assert.equal(en.day("2026-01-01"), "Jan 1, 2026");
  assert.equal(en.range({ start: "2026-01-01", end: "2026-01-31" }), "Jan 1, 2026 – Jan 31, 2026");
  assert.deepEqual(en.weekdays(), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
});
