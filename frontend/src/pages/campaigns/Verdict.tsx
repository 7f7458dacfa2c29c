/** The verdict over all days, and how sure it is: the interval as a bar around break-even, and in words. */
import type { Campaign } from "../../data/contract.ts";
import { useView } from "../../view.ts";

const TONES: Record<string, string> = { "pays back": "good", loses: "bad" };
const SIGNS: Record<string, string> = { "pays back": "▲", loses: "▼" };
/** ROI is drawn from −100 % to +200 %; an interval beyond is cut there. */
const SPAN: [number, number] = [-1, 2];

function place(roi: number): number {
  return (100 * (Math.min(SPAN[1], Math.max(SPAN[0], roi)) - SPAN[0])) / (SPAN[1] - SPAN[0]);
}

export function Verdict({ campaign, long }: { campaign: Campaign; long?: boolean }) {
  const { data, formats, query } = useView();
  const between = campaign.intervals[query.currency];
  const [low, high] = [between?.roi_low ?? null, between?.roi_high ?? null];
  const words = low === null || high === null ? "no interval" : `ROI ${formats.percent(low, 0)} to ${formats.percent(high, 0)}`;
  const meaning = `${data.verdicts[campaign.verdict] ?? ""} ${formats.percent(data.confidence, 0)} interval over all days: ${words}.`;
  return (
    <span class={`verdict ${TONES[campaign.verdict] ?? "neutral"}`} title={meaning}>
      <span class="verdict-words">
        <span aria-hidden="true">{SIGNS[campaign.verdict] ?? "◆"} </span>
        {campaign.verdict || "no verdict"}
      </span>
      {low !== null && high !== null && (
        <span class="interval" aria-hidden="true">
          <i class="zero" style={{ left: `${place(data.target_roi)}%` }} />
          <i class="bar" style={{ left: `${place(low)}%`, width: `${Math.max(2, place(high) - place(low))}%` }} />
        </span>
      )}
      <span class={long ? "" : "interval-words"}>{long ? `${words}: ${formats.percent(data.confidence, 0)} interval over all days` : words}</span>
    </span>
  );
}
