/** CSV that spreadsheets read and never run: see publishing/csv_files.py for the rule that both follow. */
import type { Cell, Sheet } from "./sheet.ts";

const BLANK = "\\s\\x00-\\x1f\\x7f\\u200b-\\u200f\\u2060\\ufeff'";
const SIGN = "=+\\-@\\uff1d\\uff0b\\uff0d\\uff20";
/** A run is tried from its first blank only, so that a cell of a million tabs takes no time. */
const RUN = new RegExp(`(?<![${BLANK}])[${BLANK}]*[${SIGN}]`, "g");
const LEADING = new RegExp(`^[${BLANK}]*`);

/** A text that no spreadsheet runs: an apostrophe goes before what would start a formula, in whatever cell. */
export function withApostrophes(text: string): string {
  const guard = (run: string, at: number) => (at === 0 || text[at - 1] === ";" ? "'" : "") + run.replace(/[\t\r\n]/g, "$&'");
  const opening = LEADING.exec(text)?.[0] ?? "";
  return (/[\t\r\n]/.test(opening) ? "'" : "") + text.replace(RUN, guard);
}

function cell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const safe = withApostrophes(value);
  return /[",;\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A sheet as CSV in UTF-8 with a byte order mark; numbers in full, with a point. */
export function csvOf(sheet: Sheet): string {
  const lines = [sheet.columns.map((column) => column.label), ...sheet.rows].map((row) => row.map(cell).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}
