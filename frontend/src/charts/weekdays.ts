/** Revenue and cost of a mean day of each weekday, the return written below its name. */
import type { Series } from "../data/series.ts";
import type { Formats } from "../format/numbers.ts";
import { type Option, base, categoryAxis, tip, valueAxis } from "./options.ts";
import type { Palette } from "./palette.ts";

export interface Weekdays {
  names: string[];
  revenue: Series;
  cost: Series;
  roas: Series;
}

export function weekdayOption(week: Weekdays, palette: Palette, formats: Formats, width: number): Option {
  const shared = base(palette);
  const bar = (name: string, data: Series, color: string) => ({ type: "bar", name, data, itemStyle: { color, borderRadius: 2 }, barMaxWidth: 22, barGap: "12%" });
  const returned = week.names.map((name, i) => `${name}\n${week.roas[i] === null || week.roas[i] === undefined ? "–" : width < 320 ? formats.number(week.roas[i], 1, 1) : formats.multiple(week.roas[i], 1)}`);
  return {
    ...shared,
    grid: { left: 8, right: 8, top: 12, bottom: 4, containLabel: true },
    xAxis: categoryAxis(palette, returned, { axisLabel: { color: palette.muted, interval: 0, lineHeight: 16 } }) as object,
    yAxis: valueAxis(palette, (value) => formats.axisMoney(value), { splitNumber: 4 }) as object,
    tooltip: {
      ...shared.tooltip,
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter: (points: unknown) => {
        const place = (points as Array<{ dataIndex: number }>)[0]?.dataIndex ?? 0;
        const cash = (value: number | null | undefined) => (value === null || value === undefined ? "–" : formats.money(value));
        return tip(week.names[place] ?? "", [{ label: "Revenue", value: cash(week.revenue[place]), colour: palette.revenue }, { label: "Cost", value: cash(week.cost[place]), colour: palette.cost }], "mean of a day");
      },
    },
    series: [bar("Revenue", week.revenue, palette.revenue), bar("Cost", week.cost, palette.cost)] as NonNullable<Option["series"]>,
  };
}
