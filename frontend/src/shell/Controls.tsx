/** Period, comparison, currency, country, campaign search. */
import { useEffect, useRef, useState } from "preact/hooks";
import { COMPARISONS, PRESETS, type Comparison, type Preset } from "../state/periods.ts";
import { currencyOf } from "../state/query.ts";
import { currencyName } from "../format/numbers.ts";
import { type Page, countryName, toggled, useView } from "../view.ts";

export function Controls({ page }: { page: Page }) {
  const { data } = useView();
  if (!page.filtered || !data.first_day) return null;
  return (
    <details class="controls" open={window.matchMedia("(min-width: 700px)").matches}>
      <summary>Period and filters</summary>
      <div class="controls-row">
        <Period />
        <Compare />
        <Currency />
        <Countries />
        <Search />
      </div>
    </details>
  );
}

function Period() {
  const { state, change, data, periods } = useView();
  if (!data.first_day || !data.last_day) return null;
  const choose = (preset: Preset) =>
    change(preset === "custom" ? { preset, from: periods.now.start, to: periods.now.end } : { preset, from: "", to: "" });
  const limits = { min: data.first_day, max: data.last_day };
  return (
    <>
      <label class="field">
        <span>Period</span>
        <select id="period" value={state.preset} onChange={(event) => choose(event.currentTarget.value as Preset)}>
          {PRESETS.map((one) => (
            <option key={one.id} value={one.id}>{one.label}</option>
          ))}
        </select>
      </label>
      {state.preset === "custom" && (
        <>
          <DateField label="From" value={periods.now.start} {...limits} onChange={(from) => change({ from })} />
          <DateField label="To" value={periods.now.end} {...limits} onChange={(to) => change({ to })} />
        </>
      )}
    </>
  );
}

function DateField({ label, value, min, max, onChange }: { label: string; value: string; min: string; max: string; onChange: (day: string) => void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="date" value={value} min={min} max={max} onChange={(event) => event.currentTarget.value && onChange(event.currentTarget.value)} />
    </label>
  );
}

function Compare() {
  const { state, change } = useView();
  return (
    <label class="field">
      <span>Compare</span>
      <select value={state.comparison} onChange={(event) => change({ comparison: event.currentTarget.value as Comparison })}>
        {COMPARISONS.map((one) => (
          <option key={one.id} value={one.id}>{one.label}</option>
        ))}
      </select>
    </label>
  );
}

function Currency() {
  const { state, change, data } = useView();
  if (data.currencies.length < 2) return null;
  return (
    <label class="field" title="Amounts of different currencies are never added.">
      <span>Currency</span>
      <select value={currencyOf(data, state)} onChange={(event) => change({ currency: event.currentTarget.value })}>
        {data.currencies.map((code) => (
          <option key={code} value={code}>{currencyName(code)}</option>
        ))}
      </select>
    </label>
  );
}

function Countries() {
  const view = useView();
  const { state, change, data } = view;
  if (data.countries.filter(Boolean).length < 1) return null;
  const chosen = state.countries.length ? `${state.countries.length} chosen` : "All";
  return (
    <div class="field">
      <span id="countries-label">Country</span>
      <details class="picker">
        <summary aria-labelledby="countries-label countries-chosen">
          <span id="countries-chosen">{chosen}</span>
        </summary>
        <ul>
          {data.countries.map((code) => (
            <li key={code}>
              <label>
                <input type="checkbox" checked={state.countries.includes(code)} onChange={() => change({ countries: toggled(state.countries, code) })} />
                {countryName(view, code)}
              </label>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

/** How long typing rests before the pages follow, in milliseconds. */
const REST = 180;

function Search() {
  const { state, change } = useView();
  const [typed, setTyped] = useState(state.search);
  const waiting = useRef(0);
  useEffect(() => setTyped(state.search), [state.search]);
  const type = (words: string) => {
    setTyped(words);
    window.clearTimeout(waiting.current);
    waiting.current = window.setTimeout(() => change({ search: words }), REST);
  };
  return (
    <label class="field grow">
      <span>Campaign search</span>
      <input id="search" type="search" value={typed} placeholder="Part of a name" onInput={(event) => type(event.currentTarget.value)} />
    </label>
  );
}
