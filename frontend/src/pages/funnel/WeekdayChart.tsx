/** Which days of the week bring what. */
import { useCallback, useMemo } from "preact/hooks";
import { Chart } from "../../charts/Chart.tsx";
import { weekdayOption } from "../../charts/weekdays.ts";
import { byWeekday, valuesByDay, type Series } from "../../data/series.ts";
import { money, text, type Sheet } from "../../export/sheet.ts";
import { daysOf, weekday } from "../../format/days.ts";
import { type View, useView } from "../../view.ts";

function profile({ metrics, answer, periods }: View): { revenue: Series; cost: Series; roas: Series } {
  const days = valuesByDay(answer.day, periods.now, "now");
  const weekdays = daysOf(periods.now.start, periods.now.end).map(weekday);
  const of = (name: string) => byWeekday(metrics, days, weekdays, name);
  return { revenue: of("revenue"), cost: of("cost"), roas: of("roas") };
}

export function weekdaySheet(view: View): Sheet {
  const { revenue, cost, roas } = profile(view);
  const rows = view.formats.weekdays("long").map((name, i) => [name, revenue[i] ?? null, cost[i] ?? null, roas[i] ?? null]);
  return { name: "By weekday", columns: [text("Weekday"), money("Revenue, mean of a day"), money("Cost, mean of a day"), { label: "ROAS", unit: "multiple" }], rows };
}

export function WeekdayChart() {
  const view = useView();
  const { palette, formats } = view;
  const week = useMemo(() => profile(view), [view.answer]);
  const option = useCallback((width: number) => weekdayOption({ ...week, names: formats.weekdays() }, palette, formats, width), [week, palette, formats]);
  const known = week.roas.map((value, i) => ({ value, name: formats.weekdays("long")[i]! })).filter((one) => one.value !== null);
  const best = known.sort((a, b) => b.value! - a.value!)[0];
  return (
    <Chart
      title="By day of the week"
      subtitle="mean of a day; below each name its ROAS"
      height={300}
      option={option}
      keys={[{ label: "Revenue", colour: palette.revenue, shape: "dot" }, { label: "Cost", colour: palette.cost, shape: "dot" }]}
      summary={best ? `${best.name} returns most: ${formats.multiple(best.value!)}.` : "No return is known."}
      twin={weekdaySheet(view)}
      metrics={["revenue", "cost", "roas"]}
    />
  );
}
