/** Heatmaps laid out in pixels: rows with names on the left, columns with marks above, a number in each cell that has room. */
import { FONT, type Option, base, cut } from "./options.ts";
import { inkOn, type Palette } from "./palette.ts";

export interface HeatCell {
  row: number;
  column: number;
  colour: string;
  /** Written into the cell where it fits. */
  text: string;
  tip: () => HTMLElement;
}

export interface Heat {
  rows: string[];
  columns: string[];
  cells: HeatCell[];
  rowHeight: number;
  left: number;
  gap?: number;
  /** Widest cell, so that few columns don't become banners. */
  widest?: number;
  /** How many letters of a row's name fit. */
  letters?: number;
  /** Column names are few already, empty where none is wanted. */
  marked?: boolean;
  /** Column names stand over the middle of their column. */
  centred?: boolean;
}

export const HEAT_TOP = 24;

export function heatHeight(heat: Pick<Heat, "rows" | "rowHeight">): number {
  return HEAT_TOP + heat.rows.length * heat.rowHeight + 2;
}

export function heatOption(heat: Heat, palette: Palette, width: number): Option {
  const gap = heat.gap ?? 2;
  const size = Math.min(heat.widest ?? 120, (width - heat.left - 2) / Math.max(1, heat.columns.length));
  const shared = base(palette);
  const every = heat.marked ? 1 : Math.max(1, Math.ceil(52 / size));
  const names = heat.rows.map((name, i) => words(cut(name, heat.letters ?? 16), heat.left - 10, HEAT_TOP + (i + 0.5) * heat.rowHeight, palette.ink, "right"));
  const marks = heat.columns.map((name, i) => (name && i % every === 0 && heat.left + i * size + 40 < width + size ? (heat.centred ? words(name, heat.left + (i + 0.5) * size - gap / 2, HEAT_TOP - 11, palette.muted, "center") : words(name, heat.left + i * size + 1, HEAT_TOP - 11, palette.muted, "left")) : null)).filter((one) => one !== null);
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: (point: unknown) => (point as { seriesIndex: number; dataIndex: number }).seriesIndex === 0 ? heat.cells[(point as { dataIndex: number }).dataIndex]!.tip() : "" },
    series: [
      custom(heat.cells.length, (i) => {
        const cell = heat.cells[i]!;
        const x = heat.left + cell.column * size;
        const y = HEAT_TOP + cell.row * heat.rowHeight;
        const shape = { x, y, width: Math.max(1, size - gap), height: heat.rowHeight - gap, r: Math.min(3, size / 4) };
        const fits = cell.text && size - gap > 6.6 * cell.text.length + 2;
        const children: object[] = [{ type: "rect", shape, style: { fill: cell.colour } }];
        if (fits) children.push({ ...words(cell.text, x + (size - gap) / 2, y + (heat.rowHeight - gap) / 2, inkOn(cell.colour), "center"), silent: true });
        return { type: "group", children };
      }),
      custom(1, () => ({ type: "group", silent: true, children: [...names, ...marks] })),
    ] as NonNullable<Option["series"]>,
  };
}

function words(text: string, x: number, y: number, fill: string, align: string): object {
  return { type: "text", style: { text, x, y, fill, align, verticalAlign: "middle", fontSize: 11.5, fontFamily: FONT } };
}

function custom(count: number, draw: (place: number) => object): object {
  return {
    type: "custom",
    coordinateSystem: "none",
    data: Array.from({ length: count }, (_, i) => [i]),
    renderItem: (params: { dataIndex: number }) => draw(params.dataIndex),
  };
}
