import assert from "node:assert/strict";
import { test } from "node:test";
import { levels } from "../src/charts/bridge.ts";
import { calendarHeight, plan } from "../src/charts/calendar.ts";
import { revenueAt } from "../src/charts/concentration.ts";
import { type Circle, labelSides } from "../src/charts/labels.ts";
import { cut, logTicks } from "../src/charts/options.ts";
import { DARK, LIGHT, contrast, inkOn, mix } from "../src/charts/palette.ts";
import { niceAbove } from "../src/charts/sizes.ts";
import { daily, smoothed, valuesByDay } from "../src/data/series.ts";
import { thinned } from "../src/shell/Spark.tsx";
import { compare } from "../src/tables/Grid.tsx";
import { sample } from "../sample/reports.ts";
import { viewOf } from "./view.ts";

test("colours of charts can be seen and texts can be read, in light and dark", () => {
  for (const palette of [LIGHT, DARK]) {
    for (const colour of [palette.ink, palette.muted, palette.good, palette.bad, palette.neutral]) assert.ok(contrast(colour, palette.card) >= 4.5, colour);
    for (const colour of [...palette.series, palette.revenue, palette.cost]) assert.ok(contrast(colour, palette.card) >= 3, colour);
    for (let i = 0; i <= 10; i++) {
      for (const end of [palette.below, palette.above]) {
        const cell = mix(palette.middle, end, i / 10);
        assert.ok(contrast(cell, inkOn(cell)) >= 4.5, cell);
      }
    }
  }
});

test("a label lies on no other label and on no other circle", () => {
  const circles: Circle[] = [
    { x: 50, y: 50, r: 10, text: "first one" },
    { x: 75, y: 50, r: 10, text: "second one" },
    { x: 62, y: 50, r: 30, text: "no room" },
  ];
  const frame = { left: 0, right: 400, top: 0, bottom: 100 };
  const [first, second] = labelSides(circles.slice(0, 2), frame);
  assert.notEqual(first, "right", "the second circle is there");
  assert.equal(second, "right");
  assert.equal(labelSides([{ x: 395, y: 50, r: 4, text: "at the edge" }], frame)[0], "left");
});

test("a bridge ends where the sum of its steps ends", () => {
  const steps = [{ name: "a", difference: -3, detail: [] }, { name: "b", difference: 5, detail: [] }];
  const write = String;
  assert.deepEqual(levels({ from: 10, steps, fromLabel: "", toLabel: "", signed: write, level: write, axis: write }), [[10, 10], [10, 7], [7, 12], [12, 12]]);
});

test("ticks of a logarithmic axis are round and few", () => {
  const ticks = (low: number, high: number) => logTicks(Math.log10(low), Math.log10(high)).map((tick) => Number((10 ** tick).toPrecision(3)));
  assert.deepEqual(ticks(90, 2100), [100, 200, 500, 1000, 2000]);
  assert.ok(ticks(14, 31).length >= 3, "a narrow range has ticks too");
  assert.ok(ticks(0.01, 1e9).length <= 12);
});

test("a calendar fits its width", () => {
  for (const width of [320, 800, 1240]) {
    for (const [start, end] of [["2026-10-31", "2026-10-31"], ["2026-08-03", "2026-10-31"], ["2024-11-01", "2026-10-31"]] as const) {
      const { line, cell, left } = plan({ start, end }, width);
      assert.ok(left + line * cell <= width + 1, `${width} ${start}`);
      assert.ok(calendarHeight({ start, end }, width) < 2500);
    }
  }
});

test("seven days are summed before they are divided", async () => {
  const view = await viewOf(sample({ days: 60, bare: true }));
  const days = valuesByDay(view.answer.day, { start: "2026-10-01", end: "2026-10-31" }, "now");
  const roas = smoothed(view.metrics, days, "roas", () => true);
  const week = view.metrics.sum(days.slice(24, 31));
  assert.ok(Math.abs(roas[30]! - view.metrics.value(week, "roas")!) < 1e-12);
  const cost = daily(view.metrics, days, "cost", 0).slice(24, 31) as number[];
  assert.ok(Math.abs(smoothed(view.metrics, days, "cost", () => true)[30]! - cost.reduce((a, b) => a + b) / 7) < 1e-6);
});

test("what no day knows is unknown, also on days without rows", async () => {
  const view = await viewOf(sample({ days: 60, bare: true }));
  const known = view.answer.total[0]!.now!;
  const unknown = known.map((): [null, null] => [null, null]);
  assert.deepEqual(smoothed(view.metrics, [unknown, null, null], "revenue", () => true), [null, null, null]);
  assert.deepEqual(smoothed(view.metrics, [null, null], "revenue", () => true), [0, 0], "no rows at all: nothing came");
});

test("a month is never written so that it reads as a day", async () => {
  const { formats } = await viewOf(sample({ days: 60, bare: true }));
  assert.equal(formats.month("2025-09-01"), "Sep 2025");
  assert.equal(formats.monthOnly("2025-10-01"), "Oct");
});

test("four digits of percent and points have no decimals", async () => {
  const { formats } = await viewOf(sample({ days: 60, bare: true }));
  assert.deepEqual([0.125, 9.9994, 9.9996, 77.859].map((value) => formats.percent(value)), ["12.5%", "999.9%", "1,000%", "7,786%"]);
  assert.deepEqual([0.125, -67.822].map((value) => formats.points(value)), ["+12.5 pts", "-6,782 pts"]);
});

test("days outside the data are gaps, not zeros", async () => {
  const view = await viewOf(sample({ days: 10, bare: true }));
  const days = valuesByDay(view.answer.day, { start: "2026-10-12", end: "2026-10-31" }, "now");
  assert.equal(smoothed(view.metrics, days, "cost", (place) => place >= 10)[9], null);
  assert.notEqual(smoothed(view.metrics, days, "cost", (place) => place >= 10)[10], null);
});

test("small helpers do what they say", () => {
  assert.equal(cut("🎉🎉🎉🎉", 3), "🎉🎉…");
  assert.equal(revenueAt([[0, 0], [0.5, 0.8], [1, 1]], 0.25), 0.4);
  assert.deepEqual([0.7, 12, 101].map(niceAbove), [0.8, 15, 150]);
  assert.deepEqual(thinned([1, 3, null, null], 2), [2, null]);
  assert.deepEqual([3, null, 1].sort((a, b) => compare(a, b, true)), [3, 1, null]);
  assert.deepEqual([3, null, 1].sort((a, b) => compare(a, b, false)), [1, 3, null]);
});
