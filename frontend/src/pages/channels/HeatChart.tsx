/** Return by week and channel, around break-even. */
import { useCallback, useMemo } from "preact/hooks";
import { type Heat, heatHeight, heatOption } from "../../charts/cells.ts";
import { Chart } from "../../charts/Chart.tsx";
import { tip } from "../../charts/options.ts";
import { type Palette, mix } from "../../charts/palette.ts";
import { date, decimal, money, text, type Sheet } from "../../export/sheet.ts";
import { addDays } from "../../format/days.ts";
import { type View, channelName, useView } from "../../view.ts";

/** Four times break-even, or a quarter of it, has the full colour. */
const FULL = 2;

export function returnColour(palette: Palette, roas: number, breakEven: number): string {
  const distance = roas <= 0 ? -FULL : Math.log2(roas / breakEven);
  return mix(palette.middle, distance < 0 ? palette.below : palette.above, Math.abs(distance) / FULL);
}

export function heatSheet(view: View): Sheet {
  const { metrics } = view;
  const rows = view.answer.channel_week.filter((group) => group.now).map((group) => [group.key[1]!, channelName(group.key[0]!), metrics.now(group, "roas"), metrics.now(group, "cost"), metrics.now(group, "revenue")]);
  return { name: "ROAS by week and channel", columns: [date("Week from"), text("Channel"), decimal("ROAS"), money("Cost"), money("Revenue")], rows };
}

export function heatModel(view: View, width: number): Heat {
  const { answer, metrics, formats, palette, data, periods } = view;
  const groups = answer.channel_week.filter((group) => group.now);
  const channels = data.channels.filter((channel) => groups.some((group) => group.key[0] === channel));
  const weeks = [...new Set(groups.map((group) => group.key[1]!))].sort();
  const breakEven = 1 + data.target_roi;
  const cells = groups.map((group) => {
    const [channel, monday] = group.key as [string, string];
    const roas = metrics.now(group, "roas");
    const [start, end] = [monday < periods.now.start ? periods.now.start : monday, addDays(monday, 6) > periods.now.end ? periods.now.end : addDays(monday, 6)];
    return {
      row: channels.indexOf(channel),
      column: weeks.indexOf(monday),
      colour: roas === null ? palette.grid : returnColour(palette, roas, breakEven),
      text: roas === null ? "–" : formats.number(roas, 1, 1),
      tip: () => tip(channelName(channel), [{ label: "ROAS", value: roas === null ? "not known" : formats.multiple(roas) }, { label: "Cost", value: formats.money(metrics.now(group, "cost") ?? 0) }, { label: "Revenue", value: formats.money(metrics.now(group, "revenue") ?? 0) }], formats.range({ start, end })),
    };
  });
  return { rows: channels.map(channelName), columns: weeks.map((week) => formats.dayShort(week)), cells, rowHeight: 30, left: width < 420 ? 92 : 116, letters: width < 420 ? 13 : 16, widest: 90, gap: weeks.length > 60 ? 1 : 2 };
}

export function HeatChart() {
  const view = useView();
  const { palette, data, formats, change, answer } = view;
  const option = useCallback((width: number) => heatOption(heatModel(view, width), palette, width), [answer, palette, formats]);
  const heat = useMemo(() => heatModel(view, 800), [answer]);
  if (heat.cells.every((cell) => cell.text === "–")) return <NoReturn />;
  const known = heat.cells.filter((cell) => cell.text !== "–").length;
  return (
    <Chart
      title="Return by week"
      subtitle="ROAS of each channel; weeks start on Monday, the first and last may be short"
      height={heatHeight(heat)}
      option={option}
      summary={`${known} weeks of channels with a known return, coloured from below to above break-even at ${formats.multiple(1 + data.target_roi)}.`}
      twin={heatSheet(view)}
      metrics={["roas"]}
      onPick={({ index }) => {
        const channel = answer.channel_week.filter((group) => group.now)[index]?.key[0];
        if (channel !== undefined) change({ channels: [channel] });
      }}
      className="wide"
    >
      <Scale />
    </Chart>
  );
}

function NoReturn() {
  return (
    <section class="card">
      <h3>Return by week</h3>
      <p class="note">No week of this choice has both a cost and a known revenue, so there is no return to show.</p>
    </section>
  );
}

function Scale() {
  const { palette, data, formats } = useView();
  const breakEven = 1 + data.target_roi;
  const steps = [0.25, 0.5, 1, 2, 4].map((step) => step * breakEven);
  return (
    <p class="scale">
      <span>loses</span>
      {steps.map((step) => (
        <span key={step} class="scale-step">
          <i style={{ background: returnColour(palette, step, breakEven) }} aria-hidden="true" />
          {formats.multiple(step)}
        </span>
      ))}
      <span>pays back; {formats.multiple(breakEven)} is {data.target_roi ? "the target" : "break-even"}</span>
    </p>
  );
}
