/**
 * Sums of the cube for one query. Each cell knows some of the measures; cells that know the same ones are summed
 * together ("pattern"), and a metric is taken from the patterns that know all its parts. So one pass of plain additions
 * gives every metric, and the sums are exact: whole numbers, in two halves where a column could pass 2^53.
 */
import type { Answer, Campaign, Group, Query, ReportData, Values } from "./contract.ts";
import type { Column, Cube } from "./cube.ts";
import { dayNumber, isoDay, mondayOf } from "../format/days.ts";
import { type PatternSums, type Recipe, recipe, valuesOf } from "./metrics.ts";

const HALF = 2 ** 26;

/** The cube with its cells sorted into patterns, ready for sums. */
export interface Table {
  rows: number;
  day: Int32Array;
  campaign: Int32Array;
  channel: Int32Array;
  country: Int32Array;
  currency: Int32Array;
  /** Pattern of each cell; its bits are in `patterns`. */
  pattern: Uint8Array;
  patterns: number[];
  /** Columns to add: one for a measure, two (high and low half) for one that may pass 2^53. */
  limbs: Float64Array[];
  measures: Array<{ limb: number; split: boolean; scale: number }>;
}

export function prepare(cube: Cube, measures: string[]): Table {
  const { pattern, patterns } = patternsOf(cube, measures);
  const limbs: Float64Array[] = [];
  const described = measures.map((name) => {
    const column = cube.columns.get(name);
    const limb = limbs.length;
    const split = column !== undefined && total(column) >= 2 ** 53;
    limbs.push(...(column ? (split ? halves(column.values) : [column.values]) : [new Float64Array(cube.rows)]));
    return { limb, split, scale: 10 ** (column?.scale ?? 0) };
  });
  const places = (name: string) => Int32Array.from(cube.columns.get(name)?.values ?? new Float64Array(cube.rows));
  return {
    rows: cube.rows,
    day: places("day"),
    campaign: places("campaign"),
    channel: places("channel"),
    country: places("country"),
    currency: places("currency"),
    pattern,
    patterns,
    limbs,
    measures: described,
  };
}

function patternsOf(cube: Cube, measures: string[]): { pattern: Uint8Array; patterns: number[] } {
  const columns = measures.map((name) => cube.columns.get(name));
  const seen = new Map<number, number>();
  const pattern = new Uint8Array(cube.rows);
  for (let i = 0; i < cube.rows; i++) {
    let mask = 0;
    columns.forEach((column, bit) => {
      if (column && (!column.known || column.known[i])) mask |= 1 << bit;
    });
    if (!seen.has(mask)) seen.set(mask, seen.size);
    pattern[i] = seen.get(mask)!;
  }
  return { pattern, patterns: [...seen.keys()] };
}

function total(column: Column): number {
  return column.values.reduce((sum, value) => sum + Math.abs(value), 0);
}

function halves(values: Float64Array): Float64Array[] {
  const high = values.map((value) => Math.floor(value / HALF));
  return [high, values.map((value, i) => value - high[i]! * HALF)];
}

/** Sums by key and pattern. */
class Sums {
  readonly cells: Float64Array;
  readonly seen: Uint8Array;
  readonly table: Table;

  constructor(table: Table, keys: number) {
    this.table = table;
    this.cells = new Float64Array(keys * table.patterns.length * table.limbs.length);
    this.seen = new Uint8Array(keys * table.patterns.length);
  }

  add(key: number, row: number): void {
    const { pattern, patterns, limbs } = this.table;
    const slot = key * patterns.length + pattern[row]!;
    this.seen[slot] = 1;
    const at = slot * limbs.length;
    for (let limb = 0; limb < limbs.length; limb++) this.cells[at + limb]! += limbs[limb]![row]!;
  }

  /** Adds the sums of another table of keys, after each key was sent through `place` (-1: left out). */
  fold(other: Sums, place: (key: number) => number): this {
    const { patterns, limbs } = this.table;
    for (let slot = 0; slot < other.seen.length; slot++) {
      const key = other.seen[slot] ? place(Math.floor(slot / patterns.length)) : -1;
      if (key < 0) continue;
      const target = key * patterns.length + (slot % patterns.length);
      this.seen[target] = 1;
      for (let limb = 0; limb < limbs.length; limb++) {
        this.cells[target * limbs.length + limb]! += other.cells[slot * limbs.length + limb]!;
      }
    }
    return this;
  }

  values(key: number, recipes: Array<Recipe | null>): Values | null {
    const { patterns } = this.table;
    const found: PatternSums[] = [];
    for (let place = 0; place < patterns.length; place++) {
      const slot = key * patterns.length + place;
      if (this.seen[slot]) found.push({ known: patterns[place]!, sums: this.sums(slot) });
    }
    return found.length ? recipes.map((one) => valuesOf(one, found)) : null;
  }

  /** The sums of one slot, a number each; without halves they are where they are. */
  private sums(slot: number): ArrayLike<number> {
    const { limbs, measures } = this.table;
    const own = this.cells.subarray(slot * limbs.length, (slot + 1) * limbs.length);
    return limbs.length === measures.length ? own : measures.map(({ limb, split }) => (split ? own[limb]! * HALF + own[limb + 1]! : own[limb]!));
  }
}

interface Period {
  channelDay: Sums;
  campaign: Sums;
  country: Sums;
}

/** Answers queries over one prepared cube. */
export class Aggregator {
  private readonly data: ReportData;
  private readonly table: Table;
  private readonly recipes: Array<Recipe | null>;
  private readonly first: number;
  private readonly days: number;
  private readonly isoDays: string[];
  /** For each campaign the first place of its id: one campaign may come from several sources. */
  private readonly own: number[];
  private readonly sourcePlaces: number[];
  /** Place of each campaign in the order of the ids as numbers, which have more digits than a number keeps. */
  private readonly ranks: Map<string, number>;

  constructor(data: ReportData, cube: Cube) {
    this.data = data;
    this.table = prepare(cube, data.measures);
    const scales = this.table.measures.map(({ scale }) => scale);
    this.recipes = data.metrics.map((metric) => recipe(metric, data.measures, scales));
    this.first = data.first_day ? dayNumber(data.first_day) : 0;
    this.days = data.last_day ? dayNumber(data.last_day) - this.first + 1 : 0;
    this.isoDays = Array.from({ length: this.days }, (_, day) => isoDay(this.first + day));
    this.own = ownPlaces(data.campaigns);
    this.sourcePlaces = data.campaigns.map((campaign) => data.sources.indexOf(campaign.source));
    this.ranks = ranksOf(data.campaigns);
  }

  answer(query: Query): Answer {
    const now = this.period(query, query.start, query.end);
    const before = query.previous && this.period(query, query.previous.start, query.previous.end);
    const pick = (make: (period: Period) => Sums, keys: (key: number) => string[]) =>
      this.groups(make(now), before && make(before), keys);
    const { channels, campaigns, countries, sources } = this.data;
    const { own, sourcePlaces } = this;
    const weeks = this.weeks();
    const day = (key: number) => this.isoDays[key % this.days]!;
    const channel = (key: number) => channels[Math.floor(key / this.days)] ?? "";
    const total = this.groups(this.folded(now.channelDay, 1, () => 0), before && this.folded(before.channelDay, 1, () => 0), () => []);
    const week = (key: number) => Math.floor(key / this.days) * weeks.count + weeks.place[key % this.days]!;
    return {
      total: total.length ? total : [{ key: [], now: null, before: null }],
      day: pick((p) => this.folded(p.channelDay, this.days, (key) => key % this.days), (key) => [day(key)]),
      channel: pick((p) => this.folded(p.channelDay, channels.length, (key) => Math.floor(key / this.days)), (key) => [channels[key] ?? ""]),
      campaign: byRank(pick((p) => this.folded(p.campaign, campaigns.length, (key) => own[key]!), (key) => [campaigns[key]!.id]), this.ranks),
      country: pick((p) => p.country, (key) => [countries[key] ?? ""]),
      source: pick((p) => this.folded(p.campaign, sources.length, (key) => sourcePlaces[key] ?? -1), (key) => [sources[key] ?? ""]),
      channel_week: pick(
        (p) => this.folded(p.channelDay, channels.length * weeks.count, week),
        (key) => [channels[Math.floor(key / weeks.count)] ?? "", weeks.mondays[key % weeks.count]!],
      ),
      channel_day: pick((p) => p.channelDay, (key) => [channel(key), day(key)]),
    };
  }

  /** Cost and revenue of each campaign's days, for its unusual days: place of the campaign, then day. */
  daysOf(measure: string): Float64Array | null {
    const place = this.data.measures.indexOf(measure);
    const described = this.table.measures[place];
    if (!described || this.data.campaigns.length * this.days > 5_000_000) return null;
    const sums = new Float64Array(this.data.campaigns.length * this.days);
    const { campaign, day, limbs } = this.table;
    for (let i = 0; i < this.table.rows; i++) {
      const high = described.split ? limbs[described.limb]![i]! * HALF + limbs[described.limb + 1]![i]! : limbs[described.limb]![i]!;
      sums[campaign[i]! * this.days + day[i]!]! += high / described.scale;
    }
    return sums;
  }

  get dayCount(): number {
    return this.days;
  }

  private folded(sums: Sums, keys: number, place: (key: number) => number): Sums {
    return new Sums(this.table, keys).fold(sums, place);
  }

  private period(query: Query, start: string, end: string): Period {
    const { campaigns, channels, countries } = this.data;
    const period = {
      channelDay: new Sums(this.table, channels.length * this.days),
      campaign: new Sums(this.table, campaigns.length),
      country: new Sums(this.table, countries.length),
    };
    const rows = this.chosen(query, dayNumber(start) - this.first, dayNumber(end) - this.first);
    const { day, campaign, channel, country } = this.table;
    const oneCountry = countries.length === 1;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      period.channelDay.add(channel[row]! * this.days + day[row]!, row);
      period.campaign.add(campaign[row]!, row);
      if (!oneCountry) period.country.add(country[row]!, row);
    }
    if (oneCountry) period.country.fold(period.channelDay, () => 0);
    return period;
  }

  /** Rows that a query takes, as an array of places. */
  private chosen(query: Query, from: number, to: number): Uint32Array {
    const data = this.data;
    const currency = data.currencies.indexOf(query.currency);
    const [ids, sources, channelNames, countryNames] = [query.campaigns, query.sources, query.channels, query.countries].map((list) => new Set(list)) as [Set<string>, Set<string>, Set<string>, Set<string>];
    const campaigns = allowed(data.campaigns, (one) => wanted(ids, one.id) && wanted(sources, one.source));
    const channels = allowed(data.channels, (name) => wanted(channelNames, name));
    const countries = allowed(data.countries, (name) => wanted(countryNames, name));
    const table = this.table;
    const places = new Uint32Array(table.rows);
    let found = 0;
    for (let i = 0; i < table.rows; i++) {
      const day = table.day[i]!;
      if (day < from || day > to || table.currency[i] !== currency) continue;
      if (!channels[table.channel[i]!] || !campaigns[table.campaign[i]!] || !countries[table.country[i]!]) continue;
      places[found++] = i;
    }
    return places.subarray(0, found);
  }

  private groups(now: Sums, before: Sums | null, key: (place: number) => string[]): Group[] {
    const patterns = this.table.patterns.length;
    const groups: Group[] = [];
    for (let place = 0; place * patterns < now.seen.length; place++) {
      const values = now.values(place, this.recipes);
      const earlier = before?.values(place, this.recipes) ?? null;
      if (values || earlier) groups.push({ key: key(place), now: values, before: earlier });
    }
    return groups.sort((a, b) => compareKeys(a.key, b.key));
  }

  private weeks(): { count: number; place: Int32Array; mondays: string[] } {
    const start = mondayOf(this.first);
    const place = Int32Array.from({ length: this.days }, (_, day) => Math.floor((this.first + day - start) / 7));
    const count = this.days ? place[this.days - 1]! + 1 : 0;
    return { count, place, mondays: Array.from({ length: count }, (_, week) => isoDay(start + 7 * week)) };
  }
}

/** Nothing chosen means all. */
function wanted<T>(chosen: Set<T>, one: T): boolean {
  return !chosen.size || chosen.has(one);
}

function allowed<T extends string | Campaign>(list: T[], test: (one: T) => boolean): Uint8Array {
  return Uint8Array.from(list, (one) => (test(one) ? 1 : 0));
}

function ownPlaces(campaigns: Campaign[]): number[] {
  const first = new Map<string, number>();
  campaigns.forEach((campaign, place) => first.has(campaign.id) || first.set(campaign.id, place));
  return campaigns.map((campaign) => first.get(campaign.id)!);
}

function ranksOf(campaigns: Campaign[]): Map<string, number> {
  const ids = [...new Set(campaigns.map((campaign) => campaign.id))].map((text) => ({ text, id: BigInt(text) }));
  return new Map(ids.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ text }, rank) => [text, rank]));
}

function byRank(groups: Group[], ranks: Map<string, number>): Group[] {
  return groups.sort((a, b) => ranks.get(a.key[0]!)! - ranks.get(b.key[0]!)!);
}

function compareKeys(a: string[], b: string[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}
