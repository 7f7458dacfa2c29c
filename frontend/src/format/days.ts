/** ISO days as whole numbers of days since 1970, so that no time zone can shift them. */
const DAY = 86_400_000;

export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / DAY);
}

export function isoDay(number: number): string {
  return new Date(number * DAY).toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return isoDay(dayNumber(day) + days);
}

/** Number of days from one day to another, both counted. */
export function daysBetween(start: string, end: string): number {
  return dayNumber(end) - dayNumber(start) + 1;
}

/** The Monday on or before a day. 1970-01-01 was a Thursday. */
export function mondayOf(number: number): number {
  return number - ((((number + 3) % 7) + 7) % 7);
}

/** 0 is Monday. */
export function weekday(day: string): number {
  return (((dayNumber(day) + 3) % 7) + 7) % 7;
}

export function isIsoDay(text: string | null | undefined): text is string {
  return !!text && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && isoDay(dayNumber(text)) === text;
}

/** All days of a range. */
export function daysOf(start: string, end: string): string[] {
  const first = dayNumber(start);
  return Array.from({ length: Math.max(0, daysBetween(start, end)) }, (_, i) => isoDay(first + i));
}
