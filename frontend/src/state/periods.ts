/** Periods and what they are compared with. Every period ends on or before the last day of the data, not on today. */
import { addDays, dayNumber, daysBetween, isoDay } from "../format/days.ts";

export interface Range {
  start: string;
  end: string;
}

export type Preset = "7d" | "28d" | "30d" | "90d" | "180d" | "365d" | "mtd" | "qtd" | "ytd" | "all" | "custom";
export type Comparison = "previous" | "year" | "off";

export const PRESETS: Array<{ id: Preset; label: string }> = [
  { id: "7d", label: "Last 7 days" },
  { id: "28d", label: "Last 28 days" },
  { id: "30d", label: "Last 30 days" },
  { id: "90d", label: "Last 90 days" },
  { id: "180d", label: "Last 180 days" },
  { id: "365d", label: "Last 365 days" },
  { id: "mtd", label: "Month to date" },
  { id: "qtd", label: "Quarter to date" },
  { id: "ytd", label: "Year to date" },
  { id: "all", label: "All days" },
  { id: "custom", label: "Custom dates" },
];

export const COMPARISONS: Array<{ id: Comparison; label: string }> = [
  { id: "previous", label: "vs previous period" },
  { id: "year", label: "vs same days last year" },
  { id: "off", label: "no comparison" },
];

const MONTHS: Partial<Record<Preset, number>> = { mtd: 1, qtd: 3, ytd: 12 };

/** First day of the month, quarter or year that holds a day; `back` units earlier. */
function unitStart(day: string, months: number, back = 0): string {
  const [year, month] = day.split("-").map(Number) as [number, number];
  const first = Math.floor((month - 1) / months) * months - back * months;
  return new Date(Date.UTC(year, first, 1)).toISOString().slice(0, 10);
}

/** The days of a preset; `custom` keeps to the dates given, put in order and cut to the data. */
export function rangeOf(preset: Preset, data: Range, custom: Partial<Range> = {}): Range {
  const end = data.end;
  if (preset === "all") return data;
  if (preset === "custom") return ordered(custom.start ?? data.start, custom.end ?? end, data);
  const months = MONTHS[preset];
  const start = months ? unitStart(end, months) : addDays(end, 1 - Number.parseInt(preset, 10));
  return { start: start < data.start ? data.start : start, end };
}

function ordered(one: string, other: string, data: Range): Range {
  const [start, end] = one <= other ? [one, other] : [other, one];
  const clamp = (day: string) => (day < data.start ? data.start : day > data.end ? data.end : day);
  return { start: clamp(start), end: clamp(end) };
}

/**
 * The days to compare with; always as many as the period has.
 * Month, quarter and year to date take the same days from the start of the unit before; where that unit is too short,
 * and for all other periods, it is the days just before. "year" takes the same dates of the year before.
 */
export function comparisonOf(range: Range, preset: Preset, comparison: Comparison): Range | null {
  if (comparison === "off") return null;
  const days = daysBetween(range.start, range.end);
  if (comparison === "year") return yearEarlier(range, days);
  const months = MONTHS[preset];
  if (months && range.start === unitStart(range.end, months)) {
    const earlier = from(unitStart(range.end, months, 1), days);
    if (earlier.end < range.start) return earlier;
  }
  return from(addDays(range.start, -days), days);
}

/** A leap year's 366 days would run into the period itself; they start a day earlier then. */
function yearEarlier(range: Range, days: number): Range {
  const earlier = from(lastYear(range.start), days);
  return earlier.end === range.start ? from(addDays(earlier.start, -1), days) : earlier;
}

function from(start: string, days: number): Range {
  return { start, end: addDays(start, days - 1) };
}

/** The same date a year earlier; 28 February for 29 February. */
export function lastYear(day: string): string {
  const year = Number(day.slice(0, 4)) - 1;
  const same = `${year}${day.slice(4)}`;
  return isoDay(dayNumber(same)) === same ? same : `${year}-02-28`;
}

const ROLLING: Preset[] = ["365d", "180d", "90d", "30d", "28d", "7d"];

/** The longest of the rolling periods whose comparison lies in the data; null where there is none. */
export function longestComparable(data: Range, comparison: Comparison): { id: Preset; label: string } | null {
  const found = ROLLING.find((id) => {
    const range = rangeOf(id, data);
    const before = comparisonOf(range, id, comparison);
    return before !== null && covered(before, data) === "all";
  });
  return PRESETS.find((one) => one.id === found) ?? null;
}

/** How much of a range the data covers. */
export function covered(range: Range, data: Range): "all" | "part" | "none" {
  if (range.end < data.start || range.start > data.end) return "none";
  return range.start >= data.start && range.end <= data.end ? "all" : "part";
}
