/** How a number moved: arrow, sign and words, so that colour only repeats what is said. */
import type { Metric } from "../data/contract.ts";
import { change, tone } from "../data/metrics.ts";
import { useView } from "../view.ts";

const WORDS = { good: "better", bad: "worse", neutral: "" };

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
  const share = change(now, before);
  if (share === null) {
    const why = now !== null && before === null ? "new" : now === null && before !== null ? "gone" : "no change to tell";
    return <span class="change neutral" title="There is no earlier value to compare with.">{now === null && before === null ? "" : why}</span>;
  }
  const mood = tone(metric, Math.abs(share) < 0.0005 ? 0 : share);
  return (
    <span class={`change ${mood}`} title={`Before: ${formats.full(metric, before)}`}>
      <span aria-hidden="true">{arrow(Math.abs(share) < 0.0005 ? 0 : share)} </span>
      {formats.signed(share)}
      {mood !== "neutral" && <span class="sr"> ({WORDS[mood]})</span>}
      {words && <span class="against"> vs {formats.short(metric, before)}</span>}
    </span>
  );
}
