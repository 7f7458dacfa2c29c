/** Channels as chips, and what else is filtered, each with a way out. */
import { channelColour } from "../charts/palette.ts";
import { NO_CAMPAIGN } from "../state/query.ts";
import { type Page, type View, campaignName, channelName, countryName, toggled, useView } from "../view.ts";
import { noFilters } from "../state/hash.ts";

const MOST = 24;
/** More campaigns than this, such as those of a rectangle, are one filter: a number, not a wall of names. */
const NAMED = 8;

function campaignsInWords({ state, campaigns, formats }: View): string {
  if (state.campaigns.length > NAMED) return `${formats.number(state.campaigns.length)} chosen`;
  return state.campaigns.map((id) => campaignName(campaigns.get(id), id)).join(", ");
}

/** What is chosen, as a line of print and exports. */
export function filtersInWords(view: View): string {
  const { state } = view;
  const parts = [
    state.channels.length && `channels: ${state.channels.map(channelName).join(", ")}`,
    state.campaigns.length && `campaigns: ${campaignsInWords(view)}`,
    state.countries.length && `countries: ${state.countries.map((code) => countryName(view, code)).join(", ")}`,
    state.search.trim() && `campaign name holds “${state.search.trim()}”`,
  ].filter(Boolean);
  return parts.length ? parts.join("; ") : "none: all channels, campaigns and countries";
}

export function Filters({ page }: { page: Page }) {
  const view = useView();
  if (!page.filtered || !view.data.first_day) return page.filtered ? null : <p class="unfiltered">This page shows all data; period and filters do not change it.</p>;
  return (
    <div class="filters">
      <Chips view={view} />
      <Active view={view} />
    </div>
  );
}

function Chips({ view }: { view: View }) {
  const { data, state, change, palette } = view;
  return (
    <ul class="chips" aria-label="Channels">
      {data.channels.slice(0, MOST).map((channel) => (
        <li key={channel}>
          <button type="button" class="chip" aria-pressed={state.channels.includes(channel)} onClick={() => change({ channels: toggled(state.channels, channel) })}>
            <i style={{ background: channelColour(palette, data.channels, channel) }} aria-hidden="true" />
            <bdi>{channelName(channel)}</bdi>
          </button>
        </li>
      ))}
      {data.channels.length > MOST && <MoreChannels view={view} />}
    </ul>
  );
}

function MoreChannels({ view: { data, state, change } }: { view: View }) {
  return (
    <li>
      <details class="picker">
        <summary>{data.channels.length - MOST} more channels</summary>
        <ul>
          {data.channels.slice(MOST).map((channel) => (
            <li key={channel}>
              <label>
                <input type="checkbox" checked={state.channels.includes(channel)} onChange={() => change({ channels: toggled(state.channels, channel) })} />
                <bdi>{channelName(channel)}</bdi>
              </label>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

function Active({ view }: { view: View }) {
  const { state, change, campaigns, query, formats } = view;
  const search = state.search.trim();
  const found = query.campaigns[0] === NO_CAMPAIGN ? 0 : query.campaigns.length;
  const chosen = state.channels.length + state.campaigns.length + state.countries.length + (search ? 1 : 0);
  if (!chosen) return null;
  return (
    <ul class="chips active-filters" aria-label="Filters in force">
      {state.campaigns.length > NAMED ? (
        <Remove label={`${formats.number(state.campaigns.length)} campaigns`} onClick={() => change({ campaigns: [] })} />
      ) : (
        state.campaigns.map((id) => <Remove key={id} label={campaignName(campaigns.get(id), id)} onClick={() => change({ campaigns: toggled(state.campaigns, id) })} />)
      )}
      {state.countries.map((code) => (
        <Remove key={code} label={countryName(view, code)} onClick={() => change({ countries: toggled(state.countries, code) })} />
      ))}
      {search && <Remove label={`name holds “${search}”: ${found} campaigns`} onClick={() => change({ search: "" })} />}
      <li>
        <button type="button" class="link" onClick={() => change(noFilters())}>
          Clear all filters
        </button>
      </li>
    </ul>
  );
}

function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <li>
      <button type="button" class="chip removable" onClick={onClick}>
        <bdi>{label}</bdi>
        <span aria-hidden="true"> ×</span>
        <span class="sr"> (remove this filter)</span>
      </button>
    </li>
  );
}
