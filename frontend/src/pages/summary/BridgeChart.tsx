/** From the profit before to the profit now, channel by channel; without a comparison, what each channel adds. */
import { useCallback } from "preact/hooks";
import { Chart } from "../../charts/Chart.tsx";
import { type Bridge, bridgeOption } from "../../charts/bridge.ts";
import { money, text, type Sheet } from "../../export/sheet.ts";
import { type View, channelName, total, useView } from "../../view.ts";
import { type Move, channelMoves } from "./story.ts";

const MOST = 9;

/** The largest moves by name, the rest together. */
function folded(moves: Move[]): Array<Move & { names: string[] }> {
  const shown = moves.slice(0, moves.length > MOST + 1 ? MOST : MOST + 1).map((one) => ({ ...one, names: [one.channel] }));
  const rest = moves.slice(shown.length);
  if (!rest.length) return shown;
  const sum = (pick: (one: Move) => number) => rest.reduce((all, one) => all + pick(one), 0);
  return [...shown, { channel: `${rest.length} others`, difference: sum((one) => one.difference), now: sum((one) => one.now ?? 0), before: sum((one) => one.before ?? 0), names: rest.map((one) => one.channel) }];
}

export function bridgeSheet(view: View): Sheet {
  const moves = channelMoves(view);
  if (!view.compared) return { name: "Profit by channel", columns: [text("Channel"), money("Profit")], rows: moves.map((one) => [channelName(one.channel), one.now]) };
  const rows = moves.map((one) => [channelName(one.channel), one.before, one.now, one.difference]);
  return { name: "Profit by channel", columns: [text("Channel"), money("Profit before"), money("Profit"), money("Change")], rows };
}

function stepsOf(view: View): ReturnType<typeof folded> {
  return folded(channelMoves(view));
}

/** The bridge; null where profit is not known. */
export function bridgeModel(view: View): Bridge | null {
  const { formats, metrics } = view;
  const group = total(view);
  const from = view.compared ? metrics.before(group, "profit") : 0;
  const steps = stepsOf(view);
  if (metrics.now(group, "profit") === null || from === null || !steps.length) return null;
  return {
    from,
    fromLabel: view.compared ? "Before" : "Start",
    toLabel: view.compared ? "Now" : "Profit",
    steps: steps.map((one) => ({
      name: channelName(one.channel),
      difference: one.difference,
      detail: [...(view.compared ? [{ label: "Profit before", value: formats.moneyFull(one.before ?? 0) }] : []), { label: "Profit", value: formats.moneyFull(one.now ?? 0) }],
    })),
    signed: (value) => formats.signedMoney(value),
    level: (value) => formats.rounded(value),
    axis: (value) => formats.axisMoney(value),
  };
}

export function bridgeHeight(bridge: Bridge): number {
  return 40 + 32 * (bridge.steps.length + 2);
}

export function BridgeChart() {
  const view = useView();
  const { formats, palette, metrics, change, compared } = view;
  const steps = stepsOf(view);
  const now = metrics.now(total(view), "profit");
  const bridge = bridgeModel(view);
  const option = useCallback((width: number) => bridgeOption(bridge!, palette, width), [view.answer, palette, formats]);
  if (!bridge || now === null) return <NoBridge />;
  const told = steps.slice(0, 3).map((one) => `${channelName(one.channel)} ${formats.signedMoney(one.difference)}`);
  return (
    <Chart
      title={compared ? "What changed profit" : "Where profit comes from"}
      subtitle={compared ? "by channel, from the comparison to the period" : "by channel; red channels cost more than they bring"}
      height={bridgeHeight(bridge)}
      option={option}
      summary={`From ${formats.rounded(bridge.from)} to ${formats.rounded(now)}. Largest: ${told.join(", ")}.`}
      twin={bridgeSheet(view)}
      metrics={["profit"]}
      onPick={({ index }) => steps[index - 1] && change({ channels: steps[index - 1]!.names })}
    />
  );
}

function NoBridge() {
  return (
    <section class="card">
      <h3>What changed profit</h3>
      <p class="note">The profit of this choice is not known in both periods: it needs rows that have cost and revenue.</p>
    </section>
  );
}
