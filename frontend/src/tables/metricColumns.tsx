/** Columns of metrics for the tables of channels and campaigns, chosen by the reader; `foot` is what the last line sums up. */
import type { Group } from "../data/contract.ts";
import { Change } from "../shell/Change.tsx";
import { type View, metricOf, toggled, useView } from "../view.ts";
import type { GridColumn } from "./Grid.tsx";
import { ofMetric, type Cell, type SheetColumn } from "../export/sheet.ts";

export function chosenMetrics(view: View, usual: string[]): string[] {
  const known = view.state.columns.filter((name) => view.metrics.has(name));
  return view.metrics.all.map((metric) => metric.name).filter((name) => (known.length ? known : usual).includes(name));
}

export function metricColumns<Row>(view: View, names: string[], group: (row: Row) => Group, foot: Group | null): Array<GridColumn<Row>> {
  const { metrics, formats } = view;
  const cell = (name: string, one: Group, place: number) => {
    const metric = metricOf(view, name);
    const [now, before] = [metrics.now(one, name), metrics.before(one, name)];
    return (
      <>
        <span title={formats.full(metric, now)}>{formats.short(metric, now)}</span>
        {(place === 0 || (now !== null && before !== null)) && <Change metric={metric} now={now} before={before} />}
      </>
    );
  };
  return names.map((name, place) => {
    const metric = metricOf(view, name);
    const column: GridColumn<Row> = { id: name, label: metric.label, title: `${metric.definition} ${metric.formula}`, number: true, order: (row) => metrics.now(group(row), name), cell: (row) => cell(name, group(row), place) };
    return foot ? { ...column, foot: cell(name, foot, place) } : column;
  });
}

/** The same for a sheet: every metric, now and before. */
export function metricSheetColumns(view: View): SheetColumn[] {
  return view.metrics.all.flatMap((metric) => [ofMetric(metric), ...(view.compared ? [ofMetric(metric, " before")] : [])]);
}

export function metricCells(view: View, group: Group): Cell[] {
  return view.metrics.all.flatMap((metric) => [view.metrics.now(group, metric.name), ...(view.compared ? [view.metrics.before(group, metric.name)] : [])]);
}

export function ColumnChooser({ usual }: { usual: string[] }) {
  const view = useView();
  const shown = chosenMetrics(view, usual);
  const choose = (name: string) => {
    const next = toggled(shown, name);
    if (next.length) view.change({ columns: next });
  };
  return (
    <details class="picker columns">
      <summary>Columns</summary>
      <ul>
        {view.metrics.all.map((metric) => (
          <li key={metric.name}>
            <label>
              <input type="checkbox" checked={shown.includes(metric.name)} onChange={() => choose(metric.name)} />
              {metric.label}
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}
