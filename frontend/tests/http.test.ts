import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Query } from "../src/data/contract.ts";
import { HttpProvider } from "../src/data/http.ts";

const QUERY: Query = { currency: "EUR", start: "2026-01-01", end: "2026-01-02", previous: null, channels: [], campaigns: [], countries: [], sources: [] };
const real = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = real;
});

/** Answers requests in order: status, body, version of the data. */
function served(...answers: Array<[number, unknown, string]>): Array<[string, RequestInit]> {
  const asked: Array<[string, RequestInit]> = [];
  globalThis.fetch = (path, options) => {
    asked.push([String(path), options ?? {}]);
    const [status, body, version] = answers[asked.length - 1]!;
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers: { "X-Payback-Version": version } }));
  };
  return asked;
}

test("a query goes to the page's own server, with its cookie and nothing else", async () => {
  const asked = served([200, { total: [] }, "1"]);
  assert.deepEqual(await new HttpProvider().query(QUERY), { total: [] });
  const [path, options] = asked[0]!;
  assert.equal(path, "api/query");
  assert.equal(options.credentials, "same-origin");
  assert.deepEqual(JSON.parse(String(options.body)), QUERY);
});

test("new data of a run is noticed once an answer carries another version", async () => {
  served([200, {}, "1"], [200, {}, "1"], [200, {}, "2"]);
  const provider = new HttpProvider();
  let told = 0;
  provider.onNewData = () => told++;
  await provider.data();
  await provider.query(QUERY);
  assert.equal(told, 0);
  await provider.query(QUERY);
  assert.equal(told, 1);
});

test("a browser that the server does not know is told where the token is", async () => {
  served([401, {}, ""], [500, {}, ""]);
  await assert.rejects(new HttpProvider().data(), /address that payback serve printed/);
  await assert.rejects(new HttpProvider().data(), /answered 500/);
});
