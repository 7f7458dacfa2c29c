/** Customers and revenue by country, age and gender. */
import type { Customers } from "../../data/contract.ts";
import { count, money, text, type Sheet } from "../../export/sheet.ts";
import { useView } from "../../view.ts";
import { Formats, NONE, NO_CURRENCY } from "../../format/numbers.ts";

type Part = Customers["by_country"];
const MOST = 8;

export function mixSheet(customers: Customers): Sheet[] {
  return parts(customers).map(([title, rows]) => ({ name: title, columns: [text(title), count("Customers"), money("Revenue")], rows: rows.map((row) => [called(row.name), row.customers, row.revenue]) }));
}

function parts(customers: Customers): Array<[string, Part]> {
  const all: Array<[string, Part]> = [["Country", customers.by_country], ["Age", byAge(customers.by_age)], ["Gender", customers.by_gender]];
  return all.filter(([, rows]) => rows.length > 0);
}

/** The youngest first; what is no age comes last. */
function byAge(rows: Part): Part {
  const years = ({ name }: Part[number]) => (/^\d/.test(name) ? Number.parseInt(name, 10) : Infinity);
  return [...rows].sort((a, b) => (years(a) === years(b) ? 0 : years(a) - years(b)));
}

/** female -> Female; what nobody stated is called the same in every table. */
function called(name: string): string {
  if (!name.trim() || /^(unknown|not known)$/i.test(name)) return "Not known";
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}

export function Mixes({ customers }: { customers: Customers }) {
  return (
    <div class="grid thirds">
      {parts(customers).map(([title, rows]) => (
        <Mix key={title} title={title} rows={rows} currency={customers.currency ?? NO_CURRENCY} />
      ))}
    </div>
  );
}

function Mix({ title, rows, currency }: { title: string; rows: Part; currency: string }) {
  const { formats, data } = useView();
  const cash = new Formats(data.locale, currency);
  const all = rows.reduce((sum, row) => sum + row.customers, 0);
  const shown = title === "Age" ? rows.slice(0, 12) : [...rows].sort((a, b) => b.customers - a.customers).slice(0, MOST);
  const most = Math.max(...shown.map((row) => row.customers), 1);
  return (
    <section class="card">
      <h3>{title}</h3>
      <table class="mix">
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col" class="bar-cell"><span class="sr">Bar</span></th>
            <th scope="col" class="number">Customers</th>
            <th scope="col" class="number">Revenue</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.name}>
              <th scope="row"><bdi>{called(row.name)}</bdi></th>
              <td class="bar-cell"><span class="meter" aria-hidden="true"><i style={{ width: `${(100 * row.customers) / most}%` }} /></span></td>
              <td class="number" title={formats.number(row.customers)}>{formats.percent(row.customers / (all || 1), 0)}</td>
              <td class="number" title={row.revenue === null ? NONE : cash.moneyFull(row.revenue)}>{row.revenue === null ? NONE : cash.money(row.revenue)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && <p class="note">and {formats.number(rows.length - shown.length)} more; the export has all.</p>}
    </section>
  );
}
