/** Sample reports: a usual one and the unusual ones that every page must survive. Seeded, so each run gives the same. */
import type { Campaign, Customers, Feed, ReportData, Rule } from "../src/data/contract.ts";
import { addDays } from "../src/format/days.ts";
import { type Plain, encodeBase64 } from "./encode.ts";
import { METRICS } from "./metrics.ts";

export interface Sample {
  data: ReportData;
  cube: string;
}

export interface Options {
  days?: number;
  campaigns?: number;
  countries?: string[];
  currencies?: string[];
  /** Share of a campaign's days that it runs. */
  activity?: number;
  names?: string[];
  zeroCost?: boolean;
  negativeRevenue?: boolean;
  bare?: boolean;
}

const CHANNELS = ["Affiliate", "Display", "Email", "Paid Search", "Paid Social", "Shopping", "Video"];
/** Of each channel: cost a day, cost of a click, click rate, conversion rate, value of an order. */
const TRAITS: Record<string, [number, number, number, number, number]> = {
  Affiliate: [70, 0.35, 0.019, 0.03, 70],
  Display: [110, 0.6, 0.004, 0.012, 62],
  Email: [40, 0.04, 0.031, 0.02, 55],
  "Paid Search": [220, 0.75, 0.042, 0.035, 74],
  "Paid Social": [300, 0.7, 0.013, 0.021, 68],
  Shopping: [260, 0.45, 0.011, 0.027, 71],
  Video: [90, 0.9, 0.006, 0.014, 80],
};
const THEMES = ["Brand", "Generic", "Summer Sale", "Winback", "Creators", "New In", "Retargeting", "Lookalike", "Welcome", "Clearance"];
const MEASURES = ["cost", "impressions", "clicks", "conversions", "revenue"];
const LAST_DAY = "2026-10-31";

export function randomness(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function campaignsOf(count: number, names: string[], first: string, last: string, random: () => number): Campaign[] {
  return Array.from({ length: count }, (_, i) => {
    const channel = CHANNELS[i % CHANNELS.length]!;
    const long = first < addDays(last, -60) && count > 1;
    const late = long && random() < 0.12;
    const early = long && !late && random() < 0.12;
    const verdict = channel === "Display" ? (i % 2 ? "loses" : "can't tell yet") : channel === "Video" && i % 2 ? "can't tell yet" : "pays back";
    const low = verdict === "loses" ? -0.6 : verdict === "pays back" ? 0.4 : -0.3;
    return {
      id: String(i + 1),
      name: names[i] ?? `${channel} | ${THEMES[i % THEMES.length]}${count > 10 ? ` ${1 + Math.floor(i / 10)}` : ""}`,
      channel,
      source: channel === "Paid Social" ? "Meta Ads" : channel === "Email" ? "Mailer" : "Google Ads",
      account: "",
      first_day: late ? addDays(last, -20) : first,
      last_day: early ? addDays(last, -40) : last,
      verdict,
      intervals: { EUR: { roi_low: low, roi_high: low + 0.5 } },
    };
  });
}

interface Cell {
  day: number;
  campaign: number;
  channel: number;
  country: number;
  currency: number;
  measures: Array<number | null>;
}

function cellsOf(campaigns: Campaign[], first: string, options: Required<Options>, random: () => number): Cell[] {
  const cells: Cell[] = [];
  const strengths = campaigns.map(() => 0.3 + 1.7 * random() ** 2);
  for (let day = 0; day < options.days; day++) {
    const date = addDays(first, day);
    campaigns.forEach((campaign, place) => {
      if (date < campaign.first_day || date > campaign.last_day) return;
      options.countries.forEach((_, country) => {
        if (random() > options.activity) return;
        cells.push(cellOf(campaign, place, day, country, strengths[place]!, options, random));
      });
    });
  }
  return cells;
}

function cellOf(campaign: Campaign, place: number, day: number, country: number, strength: number, options: Required<Options>, random: () => number): Cell {
  const [budget, cpc, ctr, cvr, aov] = TRAITS[campaign.channel]!;
  const season = 1 + 0.25 * Math.sin((2 * Math.PI * (day + 40)) / 365) + (day % 365 > 20 && day % 365 < 32 ? 0.5 : 0);
  const week = [1.05, 1.02, 1, 0.98, 1.04, 0.9, 0.95][day % 7]!;
  const fade = 1 - 0.25 * (day / options.days);
  const spend = (budget * strength * season * week * (0.75 + 0.5 * random()) * (place === 9 && day === options.days - 12 ? 9 : 1)) / options.countries.length;
  const clicks = Math.round((spend / cpc) * (0.9 + 0.2 * random()));
  const impressions = Math.round(clicks / (ctr * (0.9 + 0.2 * random()) * (place % 11 === 3 ? fade : 1)));
  const conversions = Math.round(clicks * cvr * fade * (0.7 + 0.6 * random()) * 10) / 10;
  const revenue = conversions * aov * (0.85 + 0.3 * random()) * (options.negativeRevenue ? -1 : 1);
  const unknown = place % 17 === 5 && random() < 0.5;
  const measures = [options.zeroCost ? 0 : Math.round(spend * 100), impressions, clicks, Math.round(conversions * 10), unknown ? null : Math.round(revenue * 100)];
  return { day, campaign: place, channel: CHANNELS.indexOf(campaign.channel), country, currency: place % options.currencies.length, measures };
}

function encodeCells(cells: Cell[]): string {
  const dimension = (name: keyof Omit<Cell, "measures">): Plain => ({ name, values: cells.map((cell) => cell[name]), scale: 0, delta: name === "day" || name === "campaign" });
  const scales = [2, 0, 0, 1, 2];
  const measures = MEASURES.map((name, i): Plain => ({ name, values: cells.map((cell) => cell.measures[i]!), scale: scales[i]!, delta: false }));
  return encodeBase64([dimension("day"), dimension("campaign"), dimension("channel"), dimension("country"), dimension("currency"), ...measures]);
}

/** Makes a report with its cube. */
export function sample(given: Options = {}): Sample {
  const options: Required<Options> = {
    days: 730, campaigns: 50, countries: ["DE", "FR", "GB", "IT", "ES", ""], currencies: ["EUR"], activity: 1, names: [],
    zeroCost: false, negativeRevenue: false, bare: false, ...given,
  };
  const random = randomness(7);
  const first = addDays(LAST_DAY, 1 - options.days);
  const campaigns = options.days ? campaignsOf(options.campaigns, options.names, first, LAST_DAY, random) : [];
  const cells = options.days ? cellsOf(campaigns, first, options, random) : [];
  const data = { ...frame(options, campaigns), first_day: cells.length ? first : null, last_day: cells.length ? LAST_DAY : null };
  return { data: options.bare || !cells.length ? data : { ...data, ...extras(first, cells.length, random) }, cube: encodeCells(cells) };
}

function frame(options: Required<Options>, campaigns: Campaign[]): ReportData {
  return {
    schema: 1, title: "Marketing ROI", created_at: "2026-11-01T06:12:00Z", version: "0.1.0", run_id: "20261101T061200-7f3a", locale: "en", logo: null,
    currencies: options.days ? options.currencies : [], first_day: null, last_day: null, metrics: METRICS, measures: MEASURES,
    channels: CHANNELS, sources: ["Google Ads", "Mailer", "Meta Ads"], countries: options.countries, campaigns,
    confidence: 0.9, target_roi: 0, warnings: [],
    verdicts: {
      "pays back": "The whole interval of ROI lies above the target.", loses: "The whole interval of ROI lies below the target.",
      "can't tell yet": "The interval reaches across the target, or there is not enough data for one.",
      "no cost": "No money was spent, so there is no return on it.", "revenue unknown": "Money was spent, but the revenue of none of it is known.",
    },
    method: [{ heading: "What the interval covers", text: "The 90% interval of ROI and ROAS covers day-to-day variation. It does not cover attribution: whether a campaign caused the revenue that a source credits to it." }],
    rows: [], rules: [], feeds: [], revisions: [], customers: null, traffic: null, annotations: [],
  };
}

function extras(first: string, cells: number, random: () => number): Partial<ReportData> {
  return {
    warnings: ["3 days of Meta Ads are provisional: the platform may still change them."],
    rows: [
      { table: "campaigns", currency: "EUR", rows_read: cells + 120, rows_loaded: cells + 103, rejected_at_loading: 17, rows_clean: cells, rejected_at_cleaning: 91, rows_merged: 12, cost_in: 3212441.5, cost_clean: 3198220.1, cost_rejected: 14221.4, revenue_in: 9912000, revenue_clean: 9871220, revenue_rejected: 40780 },
      { table: "customers", currency: "EUR", rows_read: 5210, rows_loaded: 5208, rejected_at_loading: 2, rows_clean: 5200, rejected_at_cleaning: 8, rows_merged: 0, cost_in: null, cost_clean: null, cost_rejected: null, revenue_in: 912000, revenue_clean: 909220, revenue_rejected: 2780 },
    ],
    rules: RULES,
    feeds: FEEDS.map(([source, report, late]) => feed(source, report, first, late)),
    revisions: [{ source: "Google Ads", account: "", report: "campaigns", day: addDays(LAST_DAY, -4), at: "2026-11-01T06:10:00Z", rows_before: 300, rows_after: 302, cost_before: 4012.5, cost_after: 4100.1, revenue_before: 12100, revenue_after: 13320.4 }],
    customers: customers(),
    traffic: { columns: ["day", "channel", "sessions", "engaged_sessions", "transactions"], rows: trafficRows(first, random) },
    annotations: [{ day: addDays(LAST_DAY, -24), text: "Autumn sale starts" }, { day: addDays(LAST_DAY, -19), text: "Price rise" }],
  };
}

const RULES: Rule[] = [
  { table_name: "campaigns", gate: "loading", severity: "reject", reason: "not_a_date", rule: "A day that cannot be read", currency: "EUR", rows: 17, cost: 1220.4, revenue: 3010 },
  { table_name: "campaigns", gate: "cleaning", severity: "reject", reason: "exact_duplicate", rule: "The same row was there before", currency: "EUR", rows: 80, cost: 12001, revenue: 36770 },
  { table_name: "campaigns", gate: "cleaning", severity: "reject", reason: "negative_cost", rule: "Cost below zero", currency: "EUR", rows: 11, cost: -1000, revenue: 1000 },
  { table_name: "campaigns", gate: "cleaning", severity: "flag", reason: "clicks_above_impressions", rule: "More clicks than impressions", currency: "EUR", rows: 41, cost: 310, revenue: 900 },
  { table_name: "campaigns", gate: "cleaning", severity: "note", reason: "refund", rule: "Revenue below zero: a refund, kept", currency: "EUR", rows: 9, cost: 90, revenue: -420 },
];

const FEEDS: Array<[string, string, number]> = [["Google Ads", "campaigns", 0], ["Meta Ads", "insights", 3], ["Mailer", "sends.csv", 0]];

function feed(source: string, report: string, first: string, late: number): Feed {
  const calendar: Record<string, number> = {};
  for (let i = 399; i >= late; i--) {
    const day = addDays(LAST_DAY, -i);
    if (day >= first && !(source === "Mailer" && i > 50 && i < 56)) calendar[day] = 100 + ((i * 37) % 60);
  }
  const flags: Record<string, number> = source === "Meta Ads" ? { provisional: 3, sampled: 12 } : {};
  return { source, account: "", report, first_day: first, last_day: addDays(LAST_DAY, -late), days: 700, missing_days: source === "Mailer" ? 5 : 0, rows: 90_000, loaded_at: "2026-11-01T06:10:00Z", flags, calendar };
}

function trafficRows(first: string, random: () => number): Array<[string, string, number, number | null, number | null]> {
  return Array.from({ length: 730 }, (_, i) => addDays(first, i)).flatMap((day) =>
    CHANNELS.map((channel): [string, string, number, number, number] => {
      const sessions = Math.round(300 + 900 * random());
      return [day, channel, sessions, Math.round(sessions * 0.6), Math.round(sessions * 0.03)];
    }),
  );
}

function customers(): Customers {
  const names: Array<[string, number, number]> = [["Loyal high spenders", 620, 0.46], ["Recent buyers", 1450, 0.27], ["Browsers who rarely buy", 2100, 0.17], ["Gone quiet", 1030, 0.1]];
  const measures = ["sessions", "pages_per_session", "transactions", "revenue", "days_since_last_visit"];
  return {
    count: 5200,
    segments: names.map(([name, size, share], i) => ({
      segment: i + 1, name, customers: size, share_of_customers: size / 5200, share_of_revenue: share,
      means: Object.fromEntries(measures.map((measure, j) => [measure, (10 + 31 * j) / (1 + i)])),
      z: Object.fromEntries(measures.map((measure, j) => [measure, Math.sin(3 * i + 2 * j) * 1.6])),
      description: "Buys often and spends much; visits most weeks.",
    })),
    concentration: Array.from({ length: 21 }, (_, i): [number, number] => [i / 20, 1 - (1 - i / 20) ** 2.6]),
    by_country: [{ name: "Germany", customers: 2100, revenue: 410000 }, { name: "France", customers: 1300, revenue: 220000 }, { name: "", customers: 1800, revenue: 279220 }],
    by_age: [{ name: "18-24", customers: 900, revenue: 90000 }, { name: "25-34", customers: 1900, revenue: 310000 }, { name: "35-44", customers: 1400, revenue: 290000 }, { name: "45+", customers: 1000, revenue: 219220 }],
    by_gender: [{ name: "female", customers: 2700, revenue: 480000 }, { name: "male", customers: 2300, revenue: 400000 }, { name: "unknown", customers: 200, revenue: 29220 }],
    currency: "EUR",
    model: { k: 4, silhouette: 0.41, stability: 0.93, method: "k-means on standardised measures" },
  };
}

const HOSTILE = [
  "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "A very long campaign name ".repeat(8).trim(), "حملة الصيف العربية", "🎉🔥 Launch 🚀 2026",
  '"quotes" & \'ampersands\' </script>', "=HYPERLINK(\"http://x\")", "a".repeat(200), "\u202Ereversed\u202C", "  ", "{{constructor}}", "名前の長いキャンペーン",
];

/** The samples by file name. */
export const SAMPLES: Record<string, () => Sample> = {
  usual: () => sample({ activity: 0.25 }),
  full: () => sample(),
  empty: () => sample({ days: 0 }),
  "one-day": () => sample({ days: 1, bare: true }),
  "one-campaign": () => sample({ campaigns: 1, countries: [""], bare: true }),
  many: () => sample({ days: 120, campaigns: 5000, countries: [""], activity: 0.4 }),
  "zero-cost": () => sample({ days: 200, countries: [""], zeroCost: true }),
  hostile: () => sample({ days: 200, campaigns: 12, names: HOSTILE, countries: [""] }),
  "negative-revenue": () => sample({ days: 200, countries: [""], negativeRevenue: true }),
  currencies: () => sample({ days: 400, countries: ["DE", "US"], currencies: ["EUR", "USD", "JPY"], activity: 0.5 }),
};
