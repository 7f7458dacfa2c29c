/** What all charts share: fonts, axes, tooltips. Option builders are plain functions of data, colours and width. */
import type { EChartsOption } from "echarts";
import type { Palette } from "./palette.ts";

export type Option = EChartsOption;
export const FONT = 'Inter, "Segoe UI", system-ui, -apple-system, "Helvetica Neue", "Noto Sans", Arial, sans-serif';

export function base(palette: Palette): Option {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: palette.muted, fontSize: 12 },
    tooltip: {
      trigger: "item",
      confine: true,
      transitionDuration: 0,
      backgroundColor: palette.card,
      borderColor: palette.axis,
      borderWidth: 1,
      padding: 10,
      textStyle: { color: palette.ink, fontSize: 12, fontFamily: FONT },
      extraCssText: "border-radius:8px;box-shadow:0 6px 20px rgb(0 0 0 / 18%);max-width:320px;white-space:normal",
    },
  };
}

export function valueAxis(palette: Palette, label: (value: number) => string, rest: object = {}): object {
  return {
    type: "value",
    axisLabel: { color: palette.muted, formatter: label, hideOverlap: true },
    splitLine: { lineStyle: { color: palette.grid } },
    axisLine: { show: false },
    axisTick: { show: false },
    ...rest,
  };
}

export function categoryAxis(palette: Palette, data: string[], rest: object = {}): object {
  return {
    type: "category",
    data,
    axisLabel: { color: palette.muted, hideOverlap: true },
    axisLine: { lineStyle: { color: palette.axis } },
    axisTick: { show: false },
    ...rest,
  };
}

export interface TipRow {
  label: string;
  value: string;
  colour?: string;
  dashed?: boolean;
}

/** A tooltip made of elements and text nodes: names come from the data and may hold markup. */
export function tip(title: string, rows: TipRow[], note = ""): HTMLElement {
  const box = document.createElement("div");
  box.className = "tip";
  add(box, "div", "tip-title", title);
  const list = add(box, "dl", "", "");
  for (const row of rows) {
    const term = add(list, "dt", row.dashed ? "dashed" : "", "");
    if (row.colour) add(term, "i", "", "").style.borderColor = row.colour;
    term.append(row.label);
    add(list, "dd", "", row.value);
  }
  if (note) add(box, "div", "tip-note", note);
  return box;
}

function add(parent: HTMLElement, name: string, className: string, text: string): HTMLElement {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

/** Cuts a name so that a label stays short; the full name stands in tooltip and table. */
export function cut(name: string, length = 24): string {
  const letters = [...name];
  return letters.length > length ? `${letters.slice(0, length - 1).join("").trimEnd()}…` : name;
}

/** Round steps, such as 1, 2, 5, that cover a range of logarithms, few enough for an axis. */
export function logTicks(low: number, high: number, most = 7): number[] {
  for (const steps of [[1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
      for (const step of steps) {
        const tick = power + Math.log10(step);
        if (tick >= low - 1e-9 && tick <= high + 1e-9) ticks.push(tick);
      }
    }
    if (ticks.length <= most || steps.length === 1) return ticks;
  }
  return [];
}
