/** A table as plain values: what exports write and what the table twin of a chart shows. */
import type { Metric } from "../data/contract.ts";

export type Cell = string | number | null;
export type SheetUnit = "text" | "date" | Metric["unit"];

export interface SheetColumn {
  label: string;
  unit: SheetUnit;
  decimals?: number;
}

export interface Sheet {
  name: string;
  columns: SheetColumn[];
  rows: Cell[][];
  /** The last row is a total. */
  total?: boolean;
}

export const text = (label: string): SheetColumn => ({ label, unit: "text" });
export const date = (label: string): SheetColumn => ({ label, unit: "date" });
export const count = (label: string): SheetColumn => ({ label, unit: "count", decimals: 0 });
export const share = (label: string, decimals = 1): SheetColumn => ({ label, unit: "percent", decimals });
export const money = (label: string): SheetColumn => ({ label, unit: "money", decimals: 2 });
export const decimal = (label: string, decimals = 2): SheetColumn => ({ label, unit: "decimal", decimals });

export function ofMetric(metric: Metric, before = ""): SheetColumn {
  return { label: metric.label + before, unit: metric.unit, decimals: metric.decimals };
}
