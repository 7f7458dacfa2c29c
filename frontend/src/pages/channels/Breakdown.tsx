/** The same figures by country or by source, where there is more than one. */
import type { Group } from "../../data/contract.ts";
import { text, type Sheet } from "../../export/sheet.ts";
import { Change } from "../../shell/Change.tsx";
import { metricCells, metricSheetColumns } from "../../tables/metricColumns.tsx";
import { type View, countryName, metricOf, toggled, useView } from "../../view.ts";

type Kind = "country" | "source";

const TITLES = { country: "Countries", source: "Sources" } as const;
const ONE = { country: "Country", source: "Source" } as const;
const FIGURES = ["cost", "revenue", "profit", "roas"];
const MOST = 12;

function rowName(view: View, kind: Kind, group: Group): string {
  return kind === "country" ? countryName(view, group.key[0]!) : group.key[0]!.trim() || "Not known";
}

export function breakdownSheet(view: View, kind: Kind): Sheet {
  const rows = view.answer[kind].map((group) => [rowName(view, kind, group), ...metricCells(view, group)]);
  return { name: TITLES[kind], columns: [text(ONE[kind]), ...metricSheetColumns(view)], rows };
}

export function Breakdown({ kind }: { kind: Kind }) {
  const view = useView();
  const { answer, metrics, formats } = view;
  if (answer[kind].length < 2) return null;
  const rows = [...answer[kind]].sort((a, b) => (metrics.now(b, "cost") ?? 0) - (metrics.now(a, "cost") ?? 0));
  return (
    <section class="card" aria-labelledby={`${kind}-title`}>
      <h3 id={`${kind}-title`}>{TITLES[kind]}</h3>
      <div class="scroll" role="region" tabIndex={0} aria-label={`Table: ${TITLES[kind]}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{ONE[kind]}</th>
              {FIGURES.map((name) => (
                <th key={name} scope="col" class="number" title={metricOf(view, name).definition}>{metricOf(view, name).label}</th>
              ))}
            </tr>
          </thead>
          <tbody class="grid-table">
            {rows.slice(0, MOST).map((group) => (
              <Line key={group.key[0]} view={view} kind={kind} group={group} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > MOST && <p class="note">The {MOST} with the highest cost of {formats.number(rows.length)}; the export has all.</p>}
    </section>
  );
}

function Line({ view, kind, group }: { view: View; kind: Kind; group: Group }) {
  const { metrics, formats, state, change } = view;
  const code = group.key[0]!;
  const name = <bdi>{rowName(view, kind, group)}</bdi>;
  return (
    <tr>
      <th scope="row">
        {kind === "country" ? (
          <button type="button" class="link name" aria-pressed={state.countries.includes(code)} onClick={() => change({ countries: toggled(state.countries, code) })}>
            {name}
          </button>
        ) : (
          name
        )}
      </th>
      {FIGURES.map((figure) => {
        const metric = metricOf(view, figure);
        const [now, before] = [metrics.now(group, figure), metrics.before(group, figure)];
        return (
          <td key={figure} class="number">
            <span title={formats.full(metric, now)}>{formats.short(metric, now)}</span>
            <Change metric={metric} now={now} before={before} />
          </td>
        );
      })}
    </tr>
  );
}
