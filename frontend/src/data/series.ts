/** Series of days, the two periods lined up by their place: the first day beside the first day. */
import type { Group, Values } from "./contract.ts";
import type { Metrics } from "./metrics.ts";
import { daysOf } from "../format/days.ts";
import type { Range } from "../state/periods.ts";

export type Series = Array<number | null>;

/** Each day's sums of one period. A day inside the data without a cell is a day on which nothing was reported: zero. */
export function valuesByDay(groups: Group[], range: Range, side: "now" | "before", dayPart = 0): Array<Values | null> {
  const found = new Map<string, Values | null>();
  for (const group of groups) if (group[side]) found.set(group.key[dayPart]!, group[side]);
  return daysOf(range.start, range.end).map((day) => found.get(day) ?? null);
}

/** A metric of each day. */
export function daily(metrics: Metrics, days: Array<Values | null>, name: string, missing: number | null): Series {
  const additive = metrics.get(name)?.kind !== "ratio";
  return days.map((values) => (values ? metrics.value(values, name) : additive ? missing : null));
}

/**
 * The metric of the seven days that end with each day: a mean a day for sums, a sum over a sum for ratios. The first
 * days take what there is. Days before the data begins are left out; what no day knows stays unknown.
 */
export function smoothed(metrics: Metrics, days: Array<Values | null>, name: string, inData: (place: number) => boolean, width = 7): Series {
  const ratio = metrics.get(name)?.kind === "ratio";
  if (isNeverKnown(metrics, days, name)) return days.map(() => null);
  return days.map((_, end) => {
    const start = Math.max(0, end - width + 1);
    let [top, bottom, counted, known] = [0, 0, 0, false];
    for (let i = start; i <= end; i++) {
      if (!inData(i)) continue;
      counted++;
      const [numerator, denominator] = metrics.parts(days[i], name);
      known ||= numerator !== null || !days[i];
      top += numerator ?? 0;
      bottom += denominator ?? 0;
    }
    if (!inData(end) || !counted || !known) return null;
    return ratio ? (bottom ? top / bottom : null) : top / counted;
  });
}

/** There are days with cells, and the metric is known on none of them: nothing is known, which is not zero. */
function isNeverKnown(metrics: Metrics, days: Array<Values | null>, name: string): boolean {
  return days.some((day) => day) && !days.some((day) => day && metrics.parts(day, name)[0] !== null);
}

/** Means by day of the week, Monday first; days without cells count as zero for sums. */
export function byWeekday(metrics: Metrics, days: Array<Values | null>, weekdays: number[], name: string): Series {
  return Array.from({ length: 7 }, (_, weekday) => {
    const chosen = days.filter((__, i) => weekdays[i] === weekday);
    const value = metrics.value(metrics.sum(chosen), name);
    if (metrics.get(name)?.kind === "ratio") return value;
    return value === null ? null : value / chosen.length;
  });
}
