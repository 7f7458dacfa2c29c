import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { csvOf, withApostrophes } from "../src/export/csv.ts";
import { count, date, money, share, text, type Sheet } from "../src/export/sheet.ts";
import { escape, letters, sheetNames, xlsxOf } from "../src/export/xlsx.ts";

const SHEET: Sheet = {
  name: "Channels",
  columns: [text("=Channel"), date("Day"), count("Clicks"), money("Cost"), share("CTR")],
  rows: [['=HYPERLINK("http://x")', "2026-10-31", 12, 1234.5, 0.0123], ["Sale -20 %; =1+1", null, null, -3, null], ["<b>&\u0000 🎉", "2026-01-01", 0, 0, 1]],
};

test("no text becomes a formula, wherever a spreadsheet may start a cell", () => {
  assert.equal(withApostrophes("=1+1"), "'=1+1");
  assert.equal(withApostrophes("Sale -20 %"), "Sale -20 %");
  assert.equal(withApostrophes("a;=1+1"), "a;'=1+1");
  assert.equal(withApostrophes(" \u200b+1"), "' \u200b+1");
  assert.equal(withApostrophes("＝1"), "'＝1");
  assert.equal(withApostrophes("a\n=1"), "a\n'=1");
  assert.equal(withApostrophes("\tx"), "'\tx");
  assert.equal(withApostrophes("plain"), "plain");
});

test("a cell of a million tabs takes no time", () => {
  const start = performance.now();
  withApostrophes("\t".repeat(1_000_000));
  assert.ok(performance.now() - start < 5000);
});

test("CSV has a mark, quotes, full numbers and empty cells", () => {
  const lines = csvOf(SHEET).split("\r\n");
  assert.equal(lines[0], "\ufeff'=Channel,Day,Clicks,Cost,CTR");
  assert.equal(lines[1], '"\'=HYPERLINK(""http://x"")",2026-10-31,12,1234.5,0.0123');
  assert.equal(lines[2], '"Sale -20 %;\' =1+1",,,-3,');
});

test("a workbook is a ZIP that other programs open, with texts as texts", () => {
  const folder = mkdtempSync(join(tmpdir(), "payback-"));
  try {
    const file = join(folder, "x.xlsx");
    writeFileSync(file, xlsxOf([SHEET, { ...SHEET, name: "channels" }]));
    const program = "import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;print(z.read('xl/worksheets/sheet1.xml').decode())";
    const xml = execFileSync("python3", ["-c", program, file], { encoding: "utf8" });
    assert.match(xml, /<c r="A2" s="0" t="inlineStr"><is><t xml:space="preserve">=HYPERLINK\(&quot;http:\/\/x&quot;\)<\/t>/);
    assert.match(xml, /<c r="B2" s="8"><v>46326<\/v>/, "31 October 2026 in Excel's days");
    assert.match(xml, /&lt;b&gt;&amp; 🎉/);
    assert.doesNotMatch(xml, /<f>/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("names of sheets are what Excel takes, each once", () => {
  const named = (names: string[]) => sheetNames(names.map((name) => ({ name, columns: [], rows: [] })));
  assert.deepEqual(named(["A/B:C*", "a b c", "", "x".repeat(40)]), ["A B C", "a b c 2", "Sheet 3", "x".repeat(28)]);
});

test("columns have letters and XML keeps no sign it cannot hold", () => {
  assert.deepEqual([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
  assert.equal(escape("a\u0001b\ud800c<"), "abc&lt;");
});
