/**
 * Metrics computed from their definitions, and nowhere else. A value is a numerator over a denominator; both were summed
 * over the cells in which all parts of the metric are known, here or on the server.
 */
import type { Group, Metric, Values } from "./contract.ts";

/** Sums of the measures over cells that know the same measures: whole numbers, each times its measure's scale. */
export interface PatternSums {
  /** Bit i: measure i is known. */
  known: number;
  sums: ArrayLike<number>;
}

/** One metric, ready to be taken from pattern sums: which bits it needs and what to add. */
export interface Recipe {
  needed: number;
  covered: number;
  /** Factors bring all terms to one scale, so that the sum is one of whole numbers and divided once, at the end. */
  terms: Array<{ measure: number; factor: number }>;
  scale: number;
  denominator: number;
  denominatorScale: number;
}

/** Bits of the measures that are in a list of columns; null if one of them is no measure of the cube. */
function bits(columns: string[], measures: string[]): number | null {
  const places = columns.map((column) => measures.indexOf(column));
  return places.includes(-1) ? null : places.reduce((mask, place) => mask | (1 << place), 0);
}

/** Prepares a metric for a cube that holds these measures; null where the cube lacks a part of it. */
export function recipe(metric: Metric, measures: string[], scales: number[]): Recipe | null {
  const parts = Object.keys(metric.numerator).concat(metric.denominator ?? []);
  const needed = bits(parts, measures);
  const covered = metric.covered_by === null ? 0 : bits([metric.covered_by], measures);
  if (needed === null || covered === null) return null;
  const columns = Object.entries(metric.numerator).map(([column, factor]) => ({ measure: measures.indexOf(column), factor }));
  const scale = Math.max(...columns.map(({ measure }) => scales[measure]!));
  const terms = columns.map(({ measure, factor }) => ({ measure, factor: factor * (scale / scales[measure]!) }));
  const denominator = metric.denominator === null ? -1 : measures.indexOf(metric.denominator);
  return { needed, covered, terms, scale, denominator, denominatorScale: scales[denominator] ?? 1 };
}

/** Takes numerator and denominator of one metric from pattern sums; a coverage of nothing is zero, not unknown. */
export function valuesOf(one: Recipe | null, patterns: PatternSums[]): [number | null, number | null] {
  if (one === null) return [null, null];
  let numerator: number | null = one.covered ? 0 : null;
  let denominator: number | null = null;
  for (const { known, sums } of patterns) {
    if ((known & one.needed) !== one.needed) continue;
    if ((known & one.covered) === one.covered) {
      numerator ??= 0;
      for (const { measure, factor } of one.terms) numerator += factor * sums[measure]!;
    }
    if (one.denominator >= 0) denominator = (denominator ?? 0) + sums[one.denominator]!;
  }
  return [numerator === null ? null : numerator / one.scale, denominator === null ? null : denominator / one.denominatorScale];
}

/** The metrics of a report, addressed by name. */
export class Metrics {
  readonly all: Metric[];
  private readonly places: Map<string, number>;

  constructor(all: Metric[]) {
    this.all = all;
    this.places = new Map(all.map((metric, place) => [metric.name, place]));
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  get(name: string): Metric | undefined {
    const place = this.places.get(name);
    return place === undefined ? undefined : this.all[place];
  }

  /** The value of a metric; null where it is unknown or its denominator is zero. */
  value(values: Values | null | undefined, name: string): number | null {
    const place = this.places.get(name);
    if (place === undefined || !values) return null;
    const [numerator, denominator] = values[place] ?? [null, null];
    if (this.all[place]!.kind !== "ratio") return numerator;
    return numerator === null || !denominator ? null : numerator / denominator;
  }

  /** Numerator and denominator of a ratio, for what is decomposed. */
  parts(values: Values | null | undefined, name: string): [number | null, number | null] {
    const place = this.places.get(name);
    return (place === undefined ? undefined : values?.[place]) ?? [null, null];
  }

  now(group: Group | undefined, name: string): number | null {
    return this.value(group?.now, name);
  }

  before(group: Group | undefined, name: string): number | null {
    return this.value(group?.before, name);
  }

  /** Adds groups up: sums add, ratios are divided afterwards. */
  sum(rows: Array<Values | null>): Values | null {
    const known = rows.filter((row): row is Values => row !== null);
    if (!known.length) return null;
    return this.all.map((_, place) => [added(known, place, 0), added(known, place, 1)]);
  }
}

function added(rows: Values[], place: number, part: 0 | 1): number | null {
  let sum: number | null = null;
  for (const row of rows) {
    const value = row[place]?.[part] ?? null;
    if (value !== null) sum = (sum ?? 0) + value;
  }
  return sum;
}

/** What a change is worth telling: share of the earlier value, or null where there is nothing to compare with. */
export function change(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : (now - before) / Math.abs(before);
}

/** Whether a change is good news, bad news or neither. */
export function tone(metric: Metric | undefined, difference: number | null): "good" | "bad" | "neutral" {
  if (!metric || !difference || metric.better === "neutral") return "neutral";
  return difference > 0 === (metric.better === "higher") ? "good" : "bad";
}
