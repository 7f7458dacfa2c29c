import { useMemo } from "preact/hooks";
import type { Group } from "../../data/contract.ts";
import { channelColour } from "../../charts/palette.ts";
import { date, share, text, type Sheet } from "../../export/sheet.ts";
import { NoData } from "../../shell/Notices.tsx";
import { Grid, type GridColumn } from "../../tables/Grid.tsx";
import { ColumnChooser, chosenMetrics, metricCells, metricColumns, metricSheetColumns } from "../../tables/metricColumns.tsx";
import { type Page, type View, channelName, total, useView } from "../../view.ts";
import { BubbleChart } from "./BubbleChart.tsx";
import { Detail } from "./Detail.tsx";
import { FLAGS, type FlagName } from "./flags.ts";
import { type Row, rowsOf } from "./rows.ts";
import { Verdict } from "./Verdict.tsx";

const USUAL = ["cost", "conversions", "cpa", "revenue", "profit", "roi", "roas"];

/** All rows together: sums add up, ratios are divided afterwards. */
function together({ metrics }: View, rows: Row[]): Group {
  return { key: [], now: metrics.sum(rows.map((row) => row.group.now)), before: metrics.sum(rows.map((row) => row.group.before)) };
}

function columns(view: View, all: Group): Array<GridColumn<Row>> {
  const { change, palette, data } = view;
  const swatch = (row: Row, name: string) => <i class={`swatch ${name}`} style={{ background: channelColour(palette, data.channels, row.campaign.channel) }} aria-hidden="true" />;
  return [
    {
      id: "campaign",
      label: "Campaign",
      order: (row) => row.name,
      foot: "Total",
      cell: (row) => (
        <button type="button" class="link name" title={row.name} onClick={() => change({ open: row.campaign.id })}>
          {swatch(row, "narrow-only")}
          <bdi>{row.name}</bdi>
        </button>
      ),
    },
    {
      id: "channel",
      label: "Channel",
      wideOnly: true,
      order: (row) => row.campaign.channel,
      cell: (row) => (
        <span class="nowrap">
          {swatch(row, "")}
          {channelName(row.campaign.channel)}
        </span>
      ),
    },
    ...metricColumns<Row>(view, chosenMetrics(view, USUAL), (row) => row.group, all),
    { id: "verdict", label: "Over all days", title: "Verdict and interval of ROI over all days: how sure it is", order: (row) => row.campaign.verdict, cell: (row) => <Verdict campaign={row.campaign} /> },
    {
      id: "flags",
      label: "Flags",
      wraps: true,
      title: "What is unusual in this period",
      order: (row) => row.flags.length,
      cell: (row) => row.flags.map((flag) => <span key={flag.name} class={`flag flag-${flag.name}`} title={flag.why()}>{FLAGS[flag.name].label}</span>),
    },
  ];
}

function FlagFilter({ rows }: { rows: Row[] }) {
  const { state, change, formats } = useView();
  const names = Object.keys(FLAGS) as FlagName[];
  const counts = new Map(names.map((name) => [name, rows.filter((row) => row.flags.some((flag) => flag.name === name)).length]));
  return (
    <ul class="chips" aria-label="Flags">
      {names.map((name) => (
        <li key={name}>
          <button type="button" class="chip" aria-pressed={state.pick === name} title={FLAGS[name].meaning} disabled={!counts.get(name) && state.pick !== name} onClick={() => change({ pick: state.pick === name ? "" : name })}>
            {FLAGS[name].label} <span class="count">{formats.number(counts.get(name) ?? 0)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Body() {
  const view = useView();
  const all = useMemo(() => rowsOf(view), [view.answer, view.formats]);
  const { state, formats } = view;
  const rows = useMemo(() => (state.pick ? all.filter((row) => row.flags.some((flag) => flag.name === state.pick)) : all), [all, state.pick]);
  const sum = useMemo(() => (state.pick ? together(view, rows) : total(view)), [rows]);
  if (!view.data.first_day) return <NoData />;
  const open = all.find((row) => row.campaign.id === state.open);
  return (
    <>
      {open && <Detail key={open.campaign.id} row={open} rows={all} />}
      {state.open !== null && !open && <p class="banner">The campaign of this link has no rows in this period and choice.</p>}
      <BubbleChart rows={rows} />
      <section class="card" aria-labelledby="campaigns-title">
        <header class="card-head">
          <h3 id="campaigns-title">
            {formats.number(rows.length)} {rows.length === 1 ? "campaign" : "campaigns"}
          </h3>
          <FlagFilter rows={all} />
          <ColumnChooser usual={USUAL} />
        </header>
        <Grid label="Campaigns" columns={columns(view, sum)} rows={rows} id={(row) => row.campaign.id} sort={state.sort || "-cost"} rowHeight={50} marked={(row) => row === open} />
      </section>
    </>
  );
}

function sheet(view: View): Sheet {
  const { query, state } = view;
  const described = [text("Campaign"), text("Channel"), text("Source"), date("First seen"), date("Last seen"), text("Verdict over all days"), share("ROI from"), share("ROI to"), text("Flags")];
  const rows = rowsOf(view)
    .filter((row) => !state.pick || row.flags.some((flag) => flag.name === state.pick))
    .map(({ campaign, group, name, flags }) => {
      const between = campaign.intervals[query.currency];
      const words = flags.map((flag) => FLAGS[flag.name].label).join(", ");
      return [name, channelName(campaign.channel), campaign.source, campaign.first_day, campaign.last_day, campaign.verdict, between?.roi_low ?? null, between?.roi_high ?? null, words, ...metricCells(view, group)];
    });
  return { name: "Campaigns", columns: [...described, ...metricSheetColumns(view)], rows };
}

export const campaigns: Page = {
  id: "campaigns",
  title: "Campaigns",
  about: "Every campaign, what it returns, and how sure that is.",
  filtered: true,
  Body,
  sheets: (view) => [sheet(view)],
};
