import { useCallback } from "preact/hooks";
import { type Heat, heatHeight, heatOption } from "../../charts/cells.ts";
import { Chart } from "../../charts/Chart.tsx";
import { concentrationOption, revenueAt } from "../../charts/concentration.ts";
import { sizeValueOption } from "../../charts/sizes.ts";
import { tip } from "../../charts/options.ts";
import { mix } from "../../charts/palette.ts";
import type { Customers, Segment } from "../../data/contract.ts";
import { count, decimal, share, text, type Sheet } from "../../export/sheet.ts";
import { Formats, NONE, NO_CURRENCY } from "../../format/numbers.ts";
import { Empty } from "../../shell/Notices.tsx";
import { SheetTable } from "../../shell/SheetTable.tsx";
import { type Page, type View, useView } from "../../view.ts";
import { Mixes, mixSheet } from "./Mixes.tsx";

/** pages_per_session -> Pages per session. */
export function words(name: string): string {
  const plain = name.replaceAll("_", " ").trim();
  return plain.charAt(0).toLocaleUpperCase() + plain.slice(1);
}

function measuresOf(customers: Customers): string[] {
  return [...new Set(customers.segments.flatMap((one) => Object.keys(one.means)))];
}

function segmentSheet(customers: Customers): Sheet {
  const measures = measuresOf(customers);
  const rows = customers.segments.map((one) => [one.name, one.customers, one.share_of_customers, one.share_of_revenue, ...measures.map((name) => one.means[name] ?? null)]);
  return { name: "Segments", columns: [text("Segment"), count("Customers"), share("Share of customers"), share("Share of revenue"), ...measures.map((name) => decimal(`Mean: ${words(name)}`))], rows };
}

function useMoney(customers: Customers): Formats {
  const { data } = useView();
  return new Formats(data.locale, customers.currency ?? NO_CURRENCY);
}

function Segments({ customers }: { customers: Customers }) {
  const { formats, palette } = useView();
  return (
    <section class="card" aria-labelledby="segments-title">
      <h3 id="segments-title">{formats.number(customers.segments.length)} segments of {formats.number(customers.count)} customers</h3>
      <p class="subtitle">bars: share of the customers, and below it share of their revenue</p>
      <ul class="segments">
        {customers.segments.map((one, i) => (
          <li key={one.segment}>
            <h4>
              {i + 1}. <bdi>{one.name}</bdi>
            </h4>
            <ShareBar label="of customers" value={one.share_of_customers} colour={palette.neutral} formats={formats} />
            <ShareBar label="of revenue" value={one.share_of_revenue} colour={palette.revenue} formats={formats} />
            <p class="note"><bdi>{one.description}</bdi></p>
          </li>
        ))}
      </ul>
      <details class="twin">
        <summary>Numbers<span class="sr"> of the segments</span></summary>
        <SheetTable sheet={segmentSheet(customers)} />
      </details>
    </section>
  );
}

function ShareBar({ label, value, colour, formats }: { label: string; value: number | null; colour: string; formats: Formats }) {
  return (
    <p class="share-bar">
      <span class="meter" aria-hidden="true">
        <i style={{ width: `${100 * Math.min(1, Math.max(0, value ?? 0))}%`, background: colour }} />
      </span>
      <span class="number">{value === null ? NONE : formats.percent(value, 1)}</span> {label}
    </p>
  );
}

/** Standardised means: two standard deviations have the full colour. */
function profile(view: View, customers: Customers, width: number): Heat {
  const { palette, formats } = view;
  const measures = measuresOf(customers);
  const cells = customers.segments.flatMap((one, row) =>
    measures.map((name, column) => {
      const z = one.z[name] ?? null;
      return {
        row,
        column,
        colour: z === null ? palette.grid : mix(palette.middle, z < 0 ? palette.below : palette.above, Math.abs(z) / 2),
        text: z === null ? NONE : formats.number(z, 1, 1),
        tip: () => tip(one.name, [{ label: `Mean: ${words(name)}`, value: one.means[name] === null || one.means[name] === undefined ? NONE : formats.number(one.means[name], 2) }, { label: "Distance from all customers", value: z === null ? NONE : `${formats.number(z, 2)} standard deviations` }]),
      };
    }),
  );
  const shared = { cells, rowHeight: 36, marked: true };
  if (width >= 90 * measures.length + 190) return { ...shared, rows: customers.segments.map((one) => one.name), columns: measures.map(words), left: 190, letters: 27, widest: 320, centred: true };
  // On a phone the measures stand in rows, the segments by their number in columns.
  const turned = cells.map((cell) => ({ ...cell, row: cell.column, column: cell.row }));
  return { ...shared, cells: turned, rows: measures.map(words), columns: customers.segments.map((_, i) => String(i + 1)), left: 140, letters: 20, widest: 120, centred: true };
}

function Profile({ customers }: { customers: Customers }) {
  const view = useView();
  const option = useCallback((width: number) => heatOption(profile(view, customers, width), view.palette, width), [customers, view.palette, view.formats]);
  const measures = measuresOf(customers);
  if (!measures.length) return null;
  const rows = customers.segments.map((one) => [one.name, ...measures.map((name) => one.z[name] ?? null)]);
  return (
    <Chart title="What makes a segment" subtitle="mean of each measure in standard deviations from all customers: 0 is like everyone" height={(width) => heatHeight(profile(view, customers, width || 800))} option={option} summary={`Standardised means of ${measures.map(words).join(", ")}.`} twin={{ name: "Segment profiles", columns: [text("Segment"), ...measures.map((name) => decimal(words(name)))], rows }} className="wide">
      <p class="scale">
        <span>less than others</span>
        {[-2, -1, 0, 1, 2].map((z) => (
          <span key={z} class="scale-step"><i style={{ background: mix(view.palette.middle, z < 0 ? view.palette.below : view.palette.above, Math.abs(z) / 2) }} aria-hidden="true" />{z}</span>
        ))}
        <span>more</span>
      </p>
    </Chart>
  );
}

function Concentration({ customers }: { customers: Customers }) {
  const { palette, formats } = useView();
  const option = useCallback((width: number) => concentrationOption(customers.concentration, palette, formats, width), [customers, palette, formats]);
  if (customers.concentration.length < 3) return null;
  const told = (part: number) => (part > 1 ? `over ${formats.percent(1, 0)} (refunds come after)` : formats.percent(part, 0));
  const [tenth, fifth] = [0.1, 0.2].map((part) => told(revenueAt(customers.concentration, part)));
  return (
    <Chart title="Who brings the revenue" subtitle={`the best ${formats.percent(0.1, 0)} of customers bring ${tenth}, the best ${formats.percent(0.2, 0)} bring ${fifth}`} height={280} option={option} summary={`The best ${formats.percent(0.1, 0)} of the customers bring ${tenth} of the revenue, the best ${formats.percent(0.2, 0)} bring ${fifth}.`} twin={{ name: "Revenue concentration", columns: [share("Share of customers, best first"), share("Share of revenue")], rows: customers.concentration }} />
  );
}

function SizeValue({ customers }: { customers: Customers }) {
  const { palette, formats } = useView();
  const cash = useMoney(customers);
  const value = (one: Segment) => one.means["revenue"] ?? one.means["total_revenue"] ?? null;
  const known = customers.segments.filter((one) => value(one) !== null);
  const option = useCallback((width: number) => sizeValueOption(known.map((one) => ({ name: one.name, size: one.customers, value: value(one)!, share: one.share_of_revenue })), palette, formats, cash, width, 280), [customers, palette, formats]);
  if (!known.length) return null;
  return (
    <Chart title="Size against value" subtitle="area: share of revenue" height={280} option={option} summary={known.map((one) => `${one.name}: ${one.customers} customers with a mean revenue of ${cash.money(value(one)!)}`).join("; ")} twin={{ name: "Size and value", columns: [text("Segment"), count("Customers"), decimal("Mean revenue"), share("Share of revenue")], rows: known.map((one) => [one.name, one.customers, value(one), one.share_of_revenue]) }} />
  );
}

function Body() {
  const { data } = useView();
  const { customers } = data;
  if (!customers?.segments.length) return <NoCustomers />;
  return (
    <>
      <Segments customers={customers} />
      <Profile customers={customers} />
      <div class="grid halves">
        <Concentration customers={customers} />
        <SizeValue customers={customers} />
      </div>
      <Mixes customers={customers} />
      <Model customers={customers} />
    </>
  );
}

function Model({ customers }: { customers: Customers }) {
  const { formats } = useView();
  const facts = Object.entries(customers.model).filter(([, value]) => value !== null && value !== "");
  if (!facts.length) return null;
  return (
    <section class="card">
      <h3>How the segments were found</h3>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{words(name)}</dt>
            <dd>{typeof value === "number" ? formats.number(value, 3) : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function NoCustomers() {
  return (
    <Empty title="There are no customer segments yet">
      <p>Load a table of customers, one row each, with what they did: sessions, pages, transactions, revenue, country, age, gender. Then run again:</p>
      <pre tabIndex={0}>payback load customers.csv{"\n"}payback run{"\n"}payback report</pre>
      <p>Fewer customers than segments, or only one measure, also leave this page empty; <code>payback segments</code> says why.</p>
    </Empty>
  );
}

export const customers: Page = {
  id: "customers",
  title: "Customers",
  about: "Who buys, in groups.",
  filtered: false,
  Body,
  sheets: ({ data }) => (data.customers ? [segmentSheet(data.customers), ...mixSheet(data.customers)] : []),
};
