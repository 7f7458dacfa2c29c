/** Cost against return of each campaign. */
import { useCallback, useMemo } from "preact/hooks";
import { type Bubble, type Bubbles, bubbleOption } from "../../charts/bubbles.ts";
import { type Box, Chart } from "../../charts/Chart.tsx";
import { channelColour } from "../../charts/palette.ts";
import { decimal, money, text, type Sheet } from "../../export/sheet.ts";
import { type View, channelName, metricOf, useView } from "../../view.ts";
import type { Row } from "./rows.ts";

/** More circles than this hide each other. */
const MOST = 300;
const LABELS = 16;
export const BUBBLE_HEIGHT = 400;

interface Point extends Bubble {
  row: Row;
}

/** Where a circle is far from the others: large, or far from break-even for its size. */
function interest(point: Point, breakEven: number, largest: number): number {
  return Math.sqrt(point.x / largest) * (0.35 + Math.abs(Math.log10(point.y / breakEven)));
}

interface Place {
  row: Row;
  cost: number;
  roas: number;
}

function pointOf(view: View, { row, cost, roas }: Place): Point {
  const { metrics, formats, palette, data } = view;
  const line = (name: string) => ({ label: metricOf(view, name).label, value: formats.short(metricOf(view, name), metrics.now(row.group, name)) });
  const figures = ["cost", "revenue", "profit", "roas", "conversions"].filter((name) => metrics.has(name));
  const told = () => [{ label: "Channel", value: channelName(row.campaign.channel) }, ...figures.map(line), { label: "Over all days", value: row.campaign.verdict || "–" }];
  return { row, name: row.name, x: cost, y: roas, size: metrics.now(row.group, "conversions") ?? 0, colour: channelColour(palette, data.channels, row.campaign.channel), weight: 0, rows: told, note: "Click for details" };
}

function placeOf({ metrics }: View, row: Row): Place[] {
  const [cost, roas] = [metrics.now(row.group, "cost"), metrics.now(row.group, "roas")];
  return cost === null || cost <= 0 || roas === null || roas <= 0 ? [] : [{ row, cost, roas }];
}

function points(view: View, rows: Row[]): { drawn: Point[]; left: number; unplaced: number } {
  const placed = rows.flatMap((row) => placeOf(view, row)).sort((a, b) => b.cost - a.cost);
  const drawn = placed.slice(0, MOST).map((place) => pointOf(view, place));
  const breakEven = 1 + view.data.target_roi;
  const largest = drawn[0]?.x ?? 1;
  const weights = drawn.map((point) => interest(point, breakEven, largest));
  const least = [...weights].sort((a, b) => b - a)[LABELS - 1] ?? 0;
  drawn.forEach((point, i) => (point.weight = weights[i]! >= least ? weights[i]! : 0));
  return { drawn: drawn.sort((a, b) => b.size - a.size), left: placed.length - drawn.length, unplaced: rows.length - placed.length };
}

export function bubbleModel(view: View, rows: Row[]): Omit<Bubbles, "points"> & { points: Point[]; left: number; unplaced: number } {
  const { formats, data } = view;
  const { drawn, ...rest } = points(view, rows);
  return { ...rest, points: drawn, xName: "Cost", yName: "ROAS", breakEven: 1 + data.target_roi, breakEvenName: data.target_roi ? "target" : "break-even", x: (value) => formats.axisMoney(value), y: (value) => formats.axis({ unit: "multiple", decimals: 1 }, value) };
}

/** The axes are logarithms. */
function inside([left, right, bottom, top]: Box, { x, y }: Point): boolean {
  const [across, up] = [Math.log10(x), Math.log10(y)];
  return across >= left && across <= right && up >= bottom && up <= top;
}

function twin(drawn: Point[]): Sheet {
  const rows = drawn.map((point) => [point.name, channelName(point.row.campaign.channel), point.x, point.y, point.size, point.row.campaign.verdict]);
  return { name: "Cost against return", columns: [text("Campaign"), text("Channel"), money("Cost"), decimal("ROAS"), decimal("Conversions", 1), text("Verdict over all days")], rows };
}

export function BubbleChart({ rows }: { rows: Row[] }) {
  const view = useView();
  const { palette, formats, data, change, metrics } = view;
  const bubbles = useMemo(() => bubbleModel(view, rows), [view.answer, rows, palette, formats]);
  const { points: drawn, left, unplaced, breakEven } = bubbles;
  const option = useCallback((width: number) => bubbleOption(bubbles, palette, width, BUBBLE_HEIGHT), [bubbles, palette, formats]);
  if (!drawn.length) {
    return (
      <section class="card">
        <h3>Cost against return</h3>
        <p class="note">No campaign of this choice has both a cost and a positive return, so there is nothing to place. The table below has all campaigns.</p>
      </section>
    );
  }
  const choose = (found: Point[]) => found.length && change({ campaigns: found.map((point) => point.row.campaign.id), open: null });
  const below = drawn.filter((point) => point.y < breakEven);
  const lost = below.reduce((sum, point) => sum + (metrics.now(point.row.group, "profit") ?? 0), 0);
  const shown = [...new Set(drawn.map((point) => point.row.campaign.channel))].sort();
  const notes = [left && `${formats.number(left)} campaigns with less cost are not drawn`, unplaced && `${formats.number(unplaced)} have no cost or no positive return and no place on these axes`].filter(Boolean);
  return (
    <Chart
      title="Cost against return"
      subtitle="one circle a campaign, the larger the more conversions; both axes logarithmic"
      hint="click one for details, draw a rectangle to filter to several"
      height={BUBBLE_HEIGHT}
      option={option}
      keys={shown.slice(0, 10).map((channel) => ({ label: channelName(channel), colour: channelColour(palette, data.channels, channel), shape: "dot" as const }))}
      summary={`${drawn.length} campaigns; ${below.length} below break-even, with ${formats.money(lost)} of profit together.`}
      twin={twin(drawn)}
      metrics={["cost", "roas", "conversions"]}
      onPick={({ index }) => drawn[index] && change({ open: drawn[index].row.campaign.id })}
      onBox={(box) => choose(drawn.filter((point) => inside(box, point)))}
      className="wide"
    >
      {!!notes.length && <p class="note">{notes.join("; ")}.</p>}
    </Chart>
  );
}
