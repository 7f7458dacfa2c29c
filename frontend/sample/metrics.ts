/** The metrics of metrics.py, as the report brings them. */
import type { Metric } from "../src/data/contract.ts";

type Rest = Partial<Pick<Metric, "denominator" | "decimals" | "better" | "covered_by">>;

function metric(name: string, label: string, definition: string, unit: Metric["unit"], numerator: Metric["numerator"], formula: string, rest: Rest = {}): Metric {
  const kind = rest.denominator ? "ratio" : Object.keys(numerator).length > 1 ? "difference" : "additive";
  return { name, label, definition, formula, kind, unit, decimals: 2, better: "higher", numerator, denominator: null, covered_by: null, ...rest };
}

export const METRICS: Metric[] = [
  metric("cost", "Cost", "Money spent.", "money", { cost: 1 }, "sum of cost", { better: "neutral" }),
  metric("impressions", "Impressions", "Times an advertisement was shown.", "count", { impressions: 1 }, "sum of impressions", { better: "neutral", decimals: 0 }),
  metric("clicks", "Clicks", "Clicks on an advertisement.", "count", { clicks: 1 }, "sum of clicks", { decimals: 0 }),
  metric("conversions", "Conversions", "Conversions that the sources report.", "decimal", { conversions: 1 }, "sum of conversions"),
  metric("revenue", "Revenue", "Revenue that the sources report, refunds subtracted.", "money", { revenue: 1 }, "sum of revenue"),
  metric("profit", "Profit", "What is left of the revenue after the cost of the campaigns; other costs of the goods are not in it.", "money", { revenue: 1, cost: -1 }, "revenue − cost"),
  metric("roi", "ROI", "Profit for each unit of money spent: 0 % is break-even, 100 % doubles the money.", "percent", { revenue: 1, cost: -1 }, "(revenue − cost) / cost", { denominator: "cost", decimals: 1 }),
  metric("roas", "ROAS", "Revenue for each unit of money spent: 1 is break-even.", "multiple", { revenue: 1 }, "revenue / cost", { denominator: "cost" }),
  metric("cpa", "CPA", "What a conversion costs.", "money", { cost: 1 }, "cost / conversions", { denominator: "conversions", better: "lower" }),
  metric("cpc", "CPC", "What a click costs.", "money", { cost: 1 }, "cost / clicks", { denominator: "clicks", better: "lower" }),
  metric("cpm", "CPM", "What a thousand impressions cost.", "money", { cost: 1000 }, "1000 · cost / impressions", { denominator: "impressions", better: "lower" }),
  metric("ctr", "CTR", "Share of impressions that were clicked.", "percent", { clicks: 1 }, "clicks / impressions", { denominator: "impressions" }),
  metric("cvr", "CVR", "Conversions for each click; above 100 % where views convert without a click.", "percent", { conversions: 1 }, "conversions / clicks", { denominator: "clicks" }),
  metric("aov", "AOV", "Revenue of a conversion.", "money", { revenue: 1 }, "revenue / conversions", { denominator: "conversions" }),
  metric("coverage", "Coverage", "Share of the cost whose revenue is known: ROI, ROAS and profit speak of this part only.", "percent", { cost: 1 }, "cost with known revenue / cost", { denominator: "cost", covered_by: "revenue", decimals: 1 }),
];
