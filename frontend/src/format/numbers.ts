/** Numbers, money and dates as the reader's language writes them. `full` is what a hover shows. */
import type { Metric } from "../data/contract.ts";
import { dayNumber } from "./days.ts";
import type { Range } from "../state/periods.ts";

export const NONE = "–";
/** ISO 4217's code for amounts whose currency nobody stated. */
export const NO_CURRENCY = "XXX";
const DAY = 86_400_000;

export class Formats {
  readonly locale: string | undefined;
  readonly currency: string;
  private readonly made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

  constructor(locale: string, currency: string) {
    this.locale = usable(locale);
    this.currency = currency;
  }

  /** A metric's value, short where it is large. */
  short(metric: Pick<Metric, "unit" | "decimals">, value: number | null): string {
    if (value === null || !Number.isFinite(value)) return NONE;
    if (metric.unit === "percent") return this.percent(value, metric.decimals);
    if (metric.unit === "multiple") return this.multiple(value, metric.decimals);
    if (metric.unit === "money") return this.money(value);
    return Math.abs(value) < 10_000 ? this.number(value, metric.unit === "decimal" && Math.abs(value) < 100 ? 1 : 0) : this.large(value);
  }

  full(metric: Pick<Metric, "unit" | "decimals">, value: number | null): string {
    if (value === null || !Number.isFinite(value)) return NONE;
    if (metric.unit === "percent") return this.percent(value, Math.max(2, metric.decimals));
    if (metric.unit === "multiple") return this.multiple(value, 3);
    if (metric.unit === "money") return this.moneyFull(value);
    return this.number(value, metric.unit === "decimal" ? 2 : 0);
  }

  money(value: number): string {
    const size = Math.abs(value);
    if (size >= 10_000) return this.cash(value, { notation: "compact", minimumSignificantDigits: 3, maximumSignificantDigits: 3 }, "short");
    return size >= 1000 || size < 0.005 ? this.cash(value, { maximumFractionDigits: 0 }, "whole") : this.cash(value, {}, "plain");
  }

  /** Money for an axis: short, no trailing zeros. */
  axisMoney(value: number): string {
    const small = Math.abs(value) < 10 && value % 1 !== 0;
    return this.cash(value, { notation: "compact", maximumFractionDigits: small ? 2 : 1, minimumFractionDigits: 0 }, `axis${small}`);
  }

  moneyFull(value: number): string {
    return this.cash(value, {}, "plain");
  }

  axis(metric: Pick<Metric, "unit" | "decimals">, value: number): string {
    if (metric.unit === "money") return this.axisMoney(value);
    if (metric.unit === "percent") return this.percent(value, 0);
    if (metric.unit === "multiple") return `${this.number(value, Math.abs(value) < 1 && value !== 0 ? 2 : value % 1 ? 1 : 0)}×`;
    return this.compact(value);
  }

  /** From 1,000% on without decimals: they say nothing beside four digits. */
  percent(given: number, wanted = 1): string {
    const decimals = Math.abs(given) >= 9.9995 ? 0 : wanted;
    const value = settled(given, decimals + 2);
    return this.numeral(`p${decimals}`, { style: "percent", minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);
  }

  multiple(value: number, decimals = 2): string {
    return `${this.number(value, decimals, decimals)}×`;
  }

  number(given: number, most = 0, least = 0): string {
    const value = settled(given, most);
    return this.numeral(`n${most}${least}`, { maximumFractionDigits: most, minimumFractionDigits: least }).format(value);
  }

  /** A large count with three digits, as money is written: 17.0M. */
  private large(value: number): string {
    return this.numeral("l", { notation: "compact", minimumSignificantDigits: 3, maximumSignificantDigits: 3 }).format(value);
  }

  /** For an axis: no trailing zeros. */
  compact(value: number): string {
    return this.numeral("c", { notation: "compact", maximumFractionDigits: 1 }).format(value);
  }

  /** A change with its sign, always: +12.3%. */
  signed(share: number): string {
    if (Math.abs(share) >= 9.995) return `${this.numeral("sx", { signDisplay: "exceptZero", maximumFractionDigits: 0 }).format(share)}×`;
    return this.numeral("s", { style: "percent", signDisplay: "exceptZero", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(share);
  }

  signedMoney(value: number): string {
    return value > 0 ? `+${this.rounded(value)}` : this.rounded(value);
  }

  /** Money without cents from a hundred on: for labels and sentences. */
  rounded(value: number): string {
    return Math.abs(value) >= 100 && Math.abs(value) < 10_000 ? this.cash(value, { maximumFractionDigits: 0 }, "whole") : this.money(value);
  }

  /** A difference of percentages, in points. */
  points(difference: number): string {
    const decimals = Math.abs(difference) >= 9.9995 ? 0 : 1;
    return `${this.numeral(`pp${decimals}`, { signDisplay: "exceptZero", minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(100 * difference)} pts`;
  }

  day(day: string): string {
    return this.date(day, "day", { day: "numeric", month: "short", year: "numeric" });
  }

  dayShort(day: string): string {
    return this.date(day, "short", { day: "numeric", month: "short" });
  }

  dayLong(day: string): string {
    return this.date(day, "long", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  }

  month(day: string): string {
    return this.date(day, "month", { month: "short", year: "numeric" });
  }

  /** The month without its year, where the year stands nearby. */
  monthOnly(day: string): string {
    return this.date(day, "monthOnly", { month: "short" });
  }

  /** Names of the days of the week, Monday first. */
  weekdays(style: "short" | "long" | "narrow" = "short"): string[] {
    return Array.from({ length: 7 }, (_, i) => this.date(new Date((4 + i) * DAY).toISOString().slice(0, 10), style + "w", { weekday: style }));
  }

  range({ start, end }: Range): string {
    return start === end ? this.day(start) : `${this.day(start)} – ${this.day(end)}`;
  }

  moment(iso: string): string {
    const time = new Date(iso);
    if (Number.isNaN(time.getTime())) return iso;
    const options = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" } as const;
    return `${new Intl.DateTimeFormat(this.locale, options).format(time)} UTC`;
  }

  private date(day: string, key: string, options: Intl.DateTimeFormatOptions): string {
    let format = this.made.get(`d${key}`) as Intl.DateTimeFormat | undefined;
    if (!format) this.made.set(`d${key}`, (format = new Intl.DateTimeFormat(this.locale, { ...options, timeZone: "UTC" })));
    return format.format(dayNumber(day) * DAY);
  }

  private cash(value: number, options: Intl.NumberFormatOptions, key: string): string {
    if (this.currency === NO_CURRENCY || !this.currency) {
      const digits = options.notation || options.maximumFractionDigits !== undefined ? options : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
      return this.numeral(`x${key}`, digits).format(value);
    }
    const money = { style: "currency", currency: this.currency, currencyDisplay: "narrowSymbol", ...options } as const;
    return this.numeral(`m${key}`, options.maximumFractionDigits === 0 ? { ...money, minimumFractionDigits: 0 } : money).format(value);
  }

  private numeral(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
    let format = this.made.get(key) as Intl.NumberFormat | undefined;
    if (!format) this.made.set(key, (format = numberFormat(this.locale, options)));
    return format;
  }
}

/** Zero where only zeros would be written, so that no "-0" appears. */
function settled(value: number, decimals: number): number {
  return Math.abs(value) < 0.5 * 10 ** -decimals ? 0 : value;
}

/** An unknown currency code is written in front of the number instead of stopping the page. */
function numberFormat(locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale, options);
  } catch {
    const { style: _style, currency: _currency, currencyDisplay: _display, ...plain } = options;
    return new Intl.NumberFormat(locale, plain);
  }
}

function usable(locale: string): string | undefined {
  try {
    return locale && Intl.NumberFormat.supportedLocalesOf(locale).length ? locale : undefined;
  } catch {
    return undefined;
  }
}

export function currencyName(code: string): string {
  return code === NO_CURRENCY ? "No stated currency" : code;
}
