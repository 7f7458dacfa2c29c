/** Two shares of each row as dots on a line: a ring for what goes in, a filled dot for what comes out. */
import { FONT, type Option, base, cut, tip, valueAxis } from "./options.ts";
import type { Palette } from "./palette.ts";

export interface DumbbellRow {
  name: string;
  from: number;
  /** Null: not known. */
  to: number | null;
}

interface Api {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
}

export function dumbbellOption(rows: DumbbellRow[], labels: [string, string], percent: (value: number | null) => string, palette: Palette, width: number): Option {
  const shared = base(palette);
  const all = rows.flatMap((row) => [row.from, row.to ?? 0]);
  const low = Math.min(0, ...all);
  return {
    ...shared,
    grid: { left: width < 360 ? 96 : 118, right: 52, top: 8, bottom: 26 },
    xAxis: valueAxis(palette, percent, { min: low, max: Math.max(0.05, ...all) * 1.04, splitNumber: 4, splitLine: { showMinLine: false, showMaxLine: false, lineStyle: { color: palette.grid } }, axisLabel: { color: palette.muted, formatter: percent, hideOverlap: true, showMaxLabel: false } }) as object,
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.name), axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: palette.ink, interval: 0, margin: 10, formatter: (name: string) => cut(name, width < 360 ? 13 : 17) } },
    tooltip: {
      ...shared.tooltip,
      formatter: (point: unknown) => {
        const row = rows[(point as { dataIndex: number }).dataIndex]!;
        return tip(row.name, [{ label: labels[0], value: percent(row.from) }, { label: labels[1], value: percent(row.to) }], "Click to show this channel only");
      },
    },
    series: [
      {
        type: "custom",
        clip: false,
        data: rows.map((row, i) => ({ name: row.name, value: [row.from, row.to ?? row.from, i] })),
        renderItem: ((params: { dataIndex: number }, api: Api) => {
          const [x0, y] = api.coord([api.value(0), params.dataIndex]);
          const [x1] = api.coord([api.value(1), params.dataIndex]);
          const known = rows[params.dataIndex]!.to;
          const better = api.value(1) >= api.value(0);
          const colour = better ? palette.good : palette.bad;
          return {
            type: "group",
            children: [
              { type: "line", shape: { x1: x0, y1: y, x2: x1, y2: y }, style: { stroke: colour, lineWidth: 3, opacity: 0.55 } },
              { type: "circle", shape: { cx: x0, cy: y, r: 5.5 }, style: { fill: palette.card, stroke: palette.cost, lineWidth: 2.5 } },
              ...(known === null ? [] : [{ type: "circle", shape: { cx: x1, cy: y, r: 6 }, style: { fill: palette.revenue } }]),
              { type: "text", style: { text: percent(known), x: Math.max(x0, x1) + 11, y, verticalAlign: "middle", fill: palette.ink, fontSize: 11.5, fontWeight: 600, fontFamily: FONT } },
            ],
          };
        }) as never,
      },
    ],
  };
}
