/** Who gets the money and who brings it back. */
import { useCallback, useMemo } from "preact/hooks";
import { Chart } from "../../charts/Chart.tsx";
import { type DumbbellRow, dumbbellOption } from "../../charts/dumbbell.ts";
import { share, text, type Sheet } from "../../export/sheet.ts";
import { type View, channelName, total, useView } from "../../view.ts";

/** Share of the profit, or of the revenue where there is no profit to share. */
function returned(view: View): "profit" | "revenue" {
  return (view.metrics.now(total(view), "profit") ?? 0) > 0 ? "profit" : "revenue";
}

export function shares(view: View): Array<DumbbellRow & { channel: string }> {
  const { metrics, answer } = view;
  const name = returned(view);
  const [cost, back] = [metrics.now(total(view), "cost"), metrics.now(total(view), name)];
  if (!cost || !back || back <= 0) return [];
  return answer.channel
    .filter((group) => group.now)
    .map((group) => ({ channel: group.key[0]!, name: channelName(group.key[0]!), from: (metrics.now(group, "cost") ?? 0) / cost, to: shareOf(metrics.now(group, name), back) }))
    .sort((a, b) => b.from - a.from)
    .slice(0, 16);
}

/** Unknown stays unknown: a channel whose revenue nobody reports has no share, not one of zero. */
function shareOf(part: number | null, whole: number): number | null {
  return part === null ? null : part / whole;
}

export function shareSheet(view: View): Sheet {
  return { name: "Share of cost and return", columns: [text("Channel"), share("Share of cost"), share(`Share of ${returned(view)}`)], rows: shares(view).map((row) => [row.name, row.from, row.to]) };
}

export function ShareChart() {
  const view = useView();
  const { palette, formats, change, answer } = view;
  const rows = useMemo(() => shares(view), [answer]);
  const name = returned(view);
  const option = useCallback((width: number) => dumbbellOption(rows, ["Share of cost", `Share of ${name}`], (value) => (value === null ? `${name} not known` : formats.percent(value, 0)), palette, width), [rows, palette, formats]);
  if (rows.length < 2) return null;
  const ahead = (row: DumbbellRow) => (row.to ?? 0) - row.from;
  const best = [...rows].sort((a, b) => ahead(b) - ahead(a))[0]!;
  return (
    <Chart
      title={`Share of cost and of ${name}`}
      subtitle={`right of the ring: brings more ${name} than it costs`}
      height={40 + 32 * rows.length}
      option={option}
      keys={[{ label: "Share of cost", colour: palette.cost, shape: "ring" }, { label: `Share of ${name}`, colour: palette.revenue, shape: "dot" }]}
      summary={`${best.name} has ${formats.percent(best.from, 0)} of the cost and ${formats.percent(best.to ?? 0, 0)} of the ${name}.`}
      twin={shareSheet(view)}
      metrics={["cost", name]}
      onPick={({ index }) => change({ channels: [rows[index]!.channel] })}
    />
  );
}
