/** What paper shows instead of the controls: period, currency, filters, time. */
import { currencyName } from "../format/numbers.ts";
import { type Page, useView } from "../view.ts";
import { filtersInWords } from "./Filters.tsx";
import { rangesInWords } from "./Header.tsx";

export function Printed({ page }: { page: Page }) {
  const view = useView();
  return (
    <div class="printed" aria-hidden="true">
      <p>{rangesInWords(view)} · {currencyName(view.query.currency)}</p>
      {page.filtered && <p>Filters: {filtersInWords(view)}</p>}
      <p>Printed {view.formats.moment(new Date().toISOString())}</p>
    </div>
  );
}
