import { useMemo } from "preact/hooks";
import { channelColour } from "../../charts/palette.ts";
import type { Group } from "../../data/contract.ts";
import { smoothed, valuesByDay } from "../../data/series.ts";
import { text, type Sheet } from "../../export/sheet.ts";
import { NoData } from "../../shell/Notices.tsx";
import { Spark } from "../../shell/Spark.tsx";
import { Grid, type GridColumn } from "../../tables/Grid.tsx";
import { ColumnChooser, chosenMetrics, metricCells, metricColumns, metricSheetColumns } from "../../tables/metricColumns.tsx";
import { type Page, type View, channelName, toggled, total, useView } from "../../view.ts";
import { inData } from "../summary/Cards.tsx";
import { Breakdown, breakdownSheet } from "./Breakdown.tsx";
import { HeatChart, heatSheet } from "./HeatChart.tsx";
import { ShareChart, shareSheet } from "./ShareChart.tsx";

const USUAL = ["cost", "clicks", "conversions", "cpa", "ctr", "cvr", "revenue", "profit", "roi", "roas"];

function name(view: View): GridColumn<Group> {
  const { data, palette, state, change } = view;
  return {
    id: "channel",
    label: "Channel",
    order: (row) => channelName(row.key[0]!),
    cell: (row) => (
      <button type="button" class="link name" aria-pressed={state.channels.includes(row.key[0]!)} title="Show this channel only" onClick={() => change({ channels: toggled(state.channels, row.key[0]!) })}>
        <i class="swatch" style={{ background: channelColour(palette, data.channels, row.key[0]!) }} aria-hidden="true" />
        <bdi>{channelName(row.key[0]!)}</bdi>
      </button>
    ),
    foot: "Total",
  };
}

function course(view: View, days: Map<string, Group[]>): GridColumn<Group> {
  const { periods, metrics, palette, data, compared } = view;
  return {
    id: "course",
    label: "Revenue trend",
    title: "Seven-day mean of the period; dashed: the comparison",
    unsortable: true,
    order: () => null,
    cell: (row) => {
      const groups = days.get(row.key[0]!) ?? [];
      const series = (side: "now" | "before", range = side === "now" ? periods.now : periods.before!) => smoothed(metrics, valuesByDay(groups, range, side, 1), "revenue", inData(view, range));
      return <Spark now={series("now")} before={compared ? series("before") : undefined} colour={channelColour(palette, data.channels, row.key[0]!)} width={110} height={28} label={`Revenue of ${channelName(row.key[0]!)}, course of the period`} />;
    },
    foot: "",
  };
}

function byChannel(groups: Group[]): Map<string, Group[]> {
  const found = new Map<string, Group[]>();
  for (const group of groups) {
    const list = found.get(group.key[0]!);
    if (list) list.push(group);
    else found.set(group.key[0]!, [group]);
  }
  return found;
}

function ChannelTable() {
  const view = useView();
  const names = chosenMetrics(view, USUAL);
  const days = useMemo(() => byChannel(view.answer.channel_day), [view.answer]);
  const columns = [name(view), ...metricColumns<Group>(view, names, (row) => row, total(view)), course(view, days)];
  return (
    <section class="card" aria-labelledby="channels-title">
      <header class="card-head">
        <h3 id="channels-title">Channels</h3>
        <ColumnChooser usual={USUAL} />
      </header>
      <Grid label="Channels" columns={columns} rows={view.answer.channel} id={(row) => row.key[0]!} sort={view.state.sort || "-cost"} rowHeight={50} marked={(row) => view.state.channels.includes(row.key[0]!)} />
    </section>
  );
}

function Body() {
  const view = useView();
  if (!view.data.first_day) return <NoData />;
  return (
    <>
      <ChannelTable />
      <div class="grid two-one">
        <HeatChart />
        <ShareChart />
      </div>
      <div class="grid halves">
        <Breakdown kind="country" />
        <Breakdown kind="source" />
      </div>
    </>
  );
}

function sheet(view: View): Sheet {
  const rows = view.answer.channel.map((group) => [channelName(group.key[0]!), ...metricCells(view, group)]);
  return { name: "Channels", columns: [text("Channel"), ...metricSheetColumns(view)], rows: [...rows, ["Total", ...metricCells(view, total(view))]], total: true };
}

export const channels: Page = {
  id: "channels",
  title: "Channels",
  about: "Every channel with every metric.",
  filtered: true,
  Body,
  sheets: (view) => [sheet(view), heatSheet(view), shareSheet(view), breakdownSheet(view, "country"), breakdownSheet(view, "source")],
};
