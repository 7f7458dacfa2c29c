/** Rows read, and what became of them. */
import type { RowAccount } from "../../data/contract.ts";
import { Formats, NONE, currencyName } from "../../format/numbers.ts";
import { useView } from "../../view.ts";
import { imbalances } from "./checks.ts";

export function Accounts() {
  const { data } = useView();
  if (!data.rows.length) return null;
  const wrong = data.rows.flatMap(imbalances);
  return (
    <section class="card" aria-labelledby="accounts-title">
      <h3 id="accounts-title">Where every row went</h3>
      <p class={`verdict-line ${wrong.length ? "bad" : "good"}`}>
        <span aria-hidden="true">{wrong.length ? "✕" : "✓"} </span>
        {wrong.length ? wrong.join("; ") : "Rows in = clean + merged + rejected, and so for cost and revenue: nothing is lost, nothing is counted twice."}
      </p>
      <div class="accounts">
        {data.rows.map((one) => (
          <Account key={one.table + one.currency} account={one} />
        ))}
      </div>
      {data.rows.some((one) => one.rejected_at_loading > 0) && <p class="note accounts-note">Money of rows that could not be read at loading is in no sum here; as far as it is known it stands beside their rule below.</p>}
    </section>
  );
}

function Account({ account }: { account: RowAccount }) {
  const { formats, data } = useView();
  const cash = new Formats(data.locale, account.currency);
  const rejected = account.rejected_at_loading + account.rejected_at_cleaning;
  const parts: Array<[string, number, string]> = [["clean", account.rows_clean, "good"], ["merged into another row", account.rows_merged, "plain"], ["rejected", rejected, "bad"]];
  return (
    <article class="account">
      <h4>
        {account.table} {account.currency && <span class="note">{currencyName(account.currency)}</span>}
      </h4>
      <p><b>{formats.number(account.rows_read)}</b> rows read</p>
      <p class="stack" aria-hidden="true">
        {parts.filter(([, rows]) => rows > 0).map(([name, rows, tone]) => (
          <i key={name} class={tone} style={{ flexGrow: Math.max(rows, account.rows_read / 150) }} />
        ))}
      </p>
      <ul class="stack-words">
        {parts.map(([name, rows, tone]) => (
          <li key={name}>
            <i class={`dot ${tone}`} aria-hidden="true" /> {formats.number(rows)} {name} <span class="note">{account.rows_read ? formats.percent(rows / account.rows_read, 2) : ""}</span>
          </li>
        ))}
      </ul>
      <table class="small">
        <thead>
          <tr>
            <th scope="col">Money</th>
            <th scope="col" class="number">in</th>
            <th scope="col" class="number">clean</th>
            <th scope="col" class="number">rejected</th>
          </tr>
        </thead>
        <tbody>
          <MoneyLine name="cost" values={[account.cost_in, account.cost_clean, account.cost_rejected]} cash={cash} />
          <MoneyLine name="revenue" values={[account.revenue_in, account.revenue_clean, account.revenue_rejected]} cash={cash} />
        </tbody>
      </table>
    </article>
  );
}

function MoneyLine({ name, values, cash }: { name: string; values: Array<number | null>; cash: Formats }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {values.map((value, i) => (
        <td key={i} class="number" title={value === null ? "not in this table" : cash.moneyFull(value)}>
          {value === null ? NONE : cash.money(value)}
        </td>
      ))}
    </tr>
  );
}
