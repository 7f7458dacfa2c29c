import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionDays, steps } from "../src/pages/funnel/steps.ts";
import { addDays } from "../src/format/days.ts";
import { sample, type Sample } from "../sample/reports.ts";
import { viewOf } from "./view.ts";

/** A report of 60 days whose web analytics knows the last so many. */
function withTraffic(days: number): Sample {
  const made = sample({ days: 60, bare: true });
  const rows = Array.from({ length: days }, (_, i): [string, string, number, number | null, number | null] => [addDays("2026-10-31", -i), "Email", 10, null, null]);
  return { ...made, data: { ...made.data, traffic: { columns: ["day", "channel", "sessions", "engaged_sessions", "transactions"], rows } } };
}

test("sessions are a step only where they are known for every day", async () => {
  const names = async (days: number, preset: "7d" | "30d") => steps(await viewOf(withTraffic(days), { preset })).map((step) => step.name);
  assert.deepEqual(await names(20, "7d"), ["impressions", "clicks", "sessions", "conversions"]);
  assert.deepEqual(await names(20, "30d"), ["impressions", "clicks", "conversions"]);
});

test("sessions before are told only where they are known before", async () => {
  const view = await viewOf(withTraffic(10), { preset: "7d" });
  const step = steps(view).find((one) => one.name === "sessions")!;
  assert.equal(step.now, 70);
  assert.equal(step.before, null);
  assert.equal(sessionDays(view, view.periods.before!), 3);
});

test("a choice of campaigns or countries leaves the sessions out", async () => {
  const view = await viewOf(withTraffic(20), { preset: "7d", campaigns: ["1"] });
  assert.ok(!steps(view).some((step) => step.name === "sessions"));
});
