/** How a number moved: arrow, sign and words, so that colour only repeats what is said. */
import type { Metric } from "../data/contract.ts";
import { change, tone } from "../data/metrics.ts";
import type { Formats } from "../format/numbers.ts";
import { useView } from "../view.ts";

const WORDS = { good: "better", bad: "worse", neutral: "" };

/** Whether a ratio can pass through zero, where a share of the earlier value says nothing. */
function passesZero(metric: Metric): boolean {
  return metric.unit === "percent" && Object.keys(metric.numerator).length > 1;
}

/** Sums of money without cents from a hundred on, so that they fit beside a change. */
function brief(metric: Metric, value: number, formats: Formats): string {
  return metric.unit === "money" && metric.kind !== "ratio" ? formats.rounded(value) : formats.short(metric, value);
}

/** A share of the earlier value; points for ROI; the difference itself where the earlier value is zero or below. */
export function moved(metric: Metric, now: number, before: number, formats: Formats): { difference: number; words: string } {
  const difference = now - before;
  if (passesZero(metric)) return { difference: Math.abs(difference) < 0.0005 ? 0 : difference, words: formats.points(difference) };
  if (difference === 0) return { difference, words: formats.signed(0) };
  const share = change(now, before);
  if (share === null || before < 0 || now < 0) {
    const words = brief(metric, difference, formats);
    return { difference, words: difference > 0 ? `+${words}` : words };
  }
  return { difference: Math.abs(share) < 0.0005 ? 0 : difference, words: formats.signed(share) };
}

interface Props {
  metric: Metric;
  now: number | null;
  before: number | null;
  /** Say what it is compared with. */
  words?: boolean;
}

export function arrow(difference: number): string {
  return difference > 0 ? "▲" : difference < 0 ? "▼" : "■";
}

export function Change({ metric, now, before, words }: Props) {
  const { formats, compared } = useView();
  if (!compared) return null;
  if (now === null || before === null) {
    const why = now !== null && before === null ? "new" : "gone";
    return <span class="change neutral" title="There is no earlier value to compare with.">{now === null && before === null ? "" : why}</span>;
  }
  const { difference, words: told } = moved(metric, now, before, formats);
  const mood = tone(metric, difference);
  return (
    <span class={`change ${mood}`} title={`Before: ${formats.full(metric, before)}`}>
      <span aria-hidden="true">{arrow(difference)} </span>
      {told}
      {mood !== "neutral" && <span class="sr"> ({WORDS[mood]})</span>}
      {words && " "}
      {words && <span class="against">vs {brief(metric, before, formats)}</span>}
    </span>
  );
}
