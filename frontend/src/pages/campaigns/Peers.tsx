/** Where a campaign stands among the campaigns of its channel. */
import { channelName, useView } from "../../view.ts";
import type { Row } from "./rows.ts";

const MOST = 8;

export function Peers({ row, rows }: { row: Row; rows: Row[] }) {
  const { metrics, formats, change } = useView();
  const roas = (one: Row) => metrics.now(one.group, "roas");
  const peers = rows.filter((one) => one.campaign.channel === row.campaign.channel && roas(one) !== null).sort((a, b) => roas(b)! - roas(a)!);
  const place = peers.indexOf(row);
  if (peers.length < 2) return null;
  const from = Math.max(0, Math.min(place - MOST / 2, peers.length - MOST));
  const shown = peers.slice(from, from + MOST);
  const most = Math.max(...peers.map((one) => roas(one)!), 1);
  return (
    <section class="peers">
      <h4>Among the campaigns of {channelName(row.campaign.channel)}</h4>
      <p class="subtitle">{place < 0 ? "its return is not known in this period" : `number ${formats.number(place + 1)} of ${formats.number(peers.length)} by ROAS`}</p>
      <ol start={from + 1}>
        {shown.map((one) => (
          <li key={one.campaign.id} aria-current={one === row ? "true" : undefined}>
            <button type="button" class="link" onClick={() => change({ open: one.campaign.id })}>
              <bdi>{one.name}</bdi>
            </button>
            <span class="meter" aria-hidden="true">
              <i style={{ width: `${(100 * Math.max(0, roas(one)!)) / most}%` }} />
            </span>
            <span class="number">{formats.multiple(roas(one)!)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
