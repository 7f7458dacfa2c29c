import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readCube } from "../src/data/cube.ts";
import { encode, encodeBase64 } from "../sample/encode.ts";

test("a cube gives back the numbers that went in, nulls and signs included", async () => {
  const values = [0, -1, null, 123456789012, -70000, null, 5];
  const cube = await readCube(encodeBase64([{ name: "cost", values, scale: 6, delta: false }, { name: "day", values: [0, 0, 3, 3, 9, 9, 700], scale: 0, delta: true }]));
  const cost = cube.columns.get("cost")!;
  assert.deepEqual(values.map((_, i) => (cost.known![i] ? cost.values[i] : null)), values);
  assert.equal(cost.scale, 6);
  assert.deepEqual([...cube.columns.get("day")!.values], [0, 0, 3, 3, 9, 9, 700]);
  assert.equal(cube.columns.get("day")!.known, null);
});

test("a running sum skips the nulls", async () => {
  const values = [5, null, 7, null, 2];
  const cube = await readCube(encodeBase64([{ name: "x", values, scale: 0, delta: true }]));
  const { values: read, known } = cube.columns.get("x")!;
  assert.deepEqual(values.map((_, i) => (known![i] ? read[i] : null)), values);
});

test("an empty cube has no rows", async () => {
  assert.equal((await readCube(encodeBase64([{ name: "x", values: [], scale: 0, delta: false }]))).rows, 0);
});

test("a cube that is cut off is refused, not half read", async () => {
  const bytes = encode([{ name: "x", values: [1, 2, 300], scale: 0, delta: false }]);
  const short = gzipSync(bytes.subarray(0, bytes.length - 1)).toString("base64");
  await assert.rejects(readCube(short), /cut off/);
});
