/**
 * The charts without a browser: the same models and options as on the pages, drawn to SVG text. Python runs this in a
 * bare V8, which has no document, so nothing here may touch one; see src/payback/publishing/images.
 */
import { init } from "./charts/engine.ts";
import { bridgeOption } from "./charts/bridge.ts";
import { bubbleOption } from "./charts/bubbles.ts";
import { heatHeight, heatOption } from "./charts/cells.ts";
import { FONT, type Option, base } from "./charts/options.ts";
import { DARK, LIGHT } from "./charts/palette.ts";
import { trendOption } from "./charts/trend.ts";
import type { Answer, Provider, Query, ReportData } from "./data/contract.ts";
import { Metrics } from "./data/metrics.ts";
import { Formats } from "./format/numbers.ts";
import { BUBBLE_HEIGHT, bubbleModel } from "./pages/campaigns/BubbleChart.tsx";
import { rowsOf } from "./pages/campaigns/rows.ts";
import { heatModel } from "./pages/channels/HeatChart.tsx";
import { bridgeHeight, bridgeModel } from "./pages/summary/BridgeChart.tsx";
import { trendModel } from "./pages/summary/TrendChart.tsx";
import { START, type State } from "./state/hash.ts";
import { type Periods, currencyOf, periodsOf, queryOf } from "./state/query.ts";
import type { View } from "./view.ts";

interface Picture {
  option: Option;
  height: number;
}

/** Charts by name; null where there is nothing to draw. */
const CHARTS: Record<string, (view: View, width: number) => Picture | null> = {
  trend: (view, width) => ({ option: named(trendOption(trendModel(view), view.palette, view.formats, width), view), height: 300 }),
  bridge: (view, width) => {
    const bridge = bridgeModel(view);
    return bridge && { option: bridgeOption(bridge, view.palette, width), height: bridgeHeight(bridge) };
  },
  bubbles: (view, width) => {
    const bubbles = bubbleModel(view, rowsOf(view));
    return bubbles.points.length ? { option: bubbleOption(bubbles, view.palette, width, BUBBLE_HEIGHT), height: BUBBLE_HEIGHT } : null;
  },
  weeks: (view, width) => {
    const heat = heatModel(view, width);
    return heat.cells.length ? { option: heatOption(heat, view.palette, width), height: heatHeight(heat) } : null;
  },
};

/** Names at the ends of the lines: on the pages the legend is a list beside the chart. */
function named(option: Option, { palette }: View): Option {
  const lines = option.series as Array<{ name: string; itemStyle: { color: string } }>;
  const series = lines.map((line) => ({
    ...line,
    endLabel: { show: true, formatter: line.name, color: line.itemStyle.color, fontSize: 12, distance: 6 },
    labelLayout: { moveOverlap: "shiftY" },
  }));
  const grid = { ...(option.grid as object), right: 112 };
  return { ...option, grid, series: series as never, textStyle: { ...option.textStyle, color: palette.muted } };
}

let data: ReportData | null = null;

function loaded(): ReportData {
  if (!data) throw new Error("load() comes first");
  return data;
}

function stateOf(text: string): State {
  return { ...START, ...(JSON.parse(text) as Partial<State>) };
}

function viewOf(state: State, periods: Periods, query: Query, answer: Answer, dark: boolean): View {
  const report = loaded();
  return {
    data: report,
    provider: null as unknown as Provider, // nothing is asked while drawing
    state,
    periods,
    query,
    answer,
    metrics: new Metrics(report.metrics),
    formats: new Formats(report.locale, currencyOf(report, state)),
    palette: dark ? DARK : LIGHT,
    campaigns: new Map(report.campaigns.map((one) => [one.id, one])),
    compared: query.previous !== null,
    change: () => undefined,
  };
}

const api = {
  /** Takes the ReportData that the later calls are about. */
  load(text: string): boolean {
    data = JSON.parse(text) as ReportData;
    return true;
  },
  /** Names of the charts, as JSON. */
  names: (): string => JSON.stringify(Object.keys(CHARTS)),
  /** The Query that a state asks, as JSON; empty where there are no days. */
  query(stateText: string): string {
    const state = stateOf(stateText);
    const periods = periodsOf(loaded(), state);
    return periods ? JSON.stringify(queryOf(loaded(), state, periods)) : "";
  },
  /** A chart as SVG; empty where there is nothing to draw. */
  draw(name: string, stateText: string, queryText: string, answerText: string, dark: boolean, width: number): string {
    const state = stateOf(stateText);
    const periods = periodsOf(loaded(), state);
    const make = CHARTS[name];
    if (!periods || !make) return "";
    const view = viewOf(state, periods, JSON.parse(queryText) as Query, JSON.parse(answerText) as Answer, dark);
    const picture = make(view, width);
    if (!picture) return "";
    const chart = init(null, null, { renderer: "svg", ssr: true, width, height: picture.height });
    try {
      chart.setOption({ ...picture.option, tooltip: { ...base(view.palette).tooltip, show: false }, backgroundColor: view.palette.card });
      // ECharts writes the names of fonts into an attribute as they are; double quotes would end it.
      return chart.renderToSVGString().replaceAll(FONT, FONT.replaceAll('"', "'"));
    } finally {
      chart.dispose();
    }
  },
};

(globalThis as unknown as { payback: typeof api }).payback = api;
