/** The frame around every page: header, menu, controls, the page itself, its foot. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Provider } from "../data/contract.ts";
import { Metrics } from "../data/metrics.ts";
import { Formats } from "../format/numbers.ts";
import { PAGES } from "../pages/registry.ts";
import { type State, readHash, toPage } from "../state/hash.ts";
import { currencyOf } from "../state/query.ts";
import { type View, ViewContext, total } from "../view.ts";
import { Controls } from "./Controls.tsx";
import { Filters } from "./Filters.tsx";
import { Header } from "./Header.tsx";
import { Help } from "./Help.tsx";
import { FileNotices, NoRows } from "./Notices.tsx";
import { Menu } from "./Menu.tsx";
import { type Report, useReport } from "./useReport.ts";
import { useAddress } from "./useAddress.ts";
import { useClosingPickers, useKeys } from "./useKeys.ts";
import { useTheme } from "./useTheme.ts";
import { Printed } from "./Printed.tsx";

export function App({ provider }: { provider: Provider }) {
  const [state, change] = useAddress();
  const report = useReport(provider, state);
  if (report.data && report.shown) return <Frame report={report} provider={provider} state={state} change={change} />;
  return (
    <main class="waiting">
      {report.error ? (
        <div class="card message" role="alert">
          <h1>The report could not be opened</h1>
          <p>{report.error}</p>
          <p>Browsers that can read it: Chrome and Edge from 100, Firefox from 113, Safari from 16.4.</p>
        </div>
      ) : (
        <p role="status">Reading the data …</p>
      )}
    </main>
  );
}

interface FrameProps {
  report: Report;
  provider: Provider;
  state: State;
  change: (change: Partial<State>) => void;
}

function useView_({ report, provider, state, change }: FrameProps): View {
  const { data, shown } = report as { data: NonNullable<Report["data"]>; shown: NonNullable<Report["shown"]> };
  const palette = useTheme(state.theme || data.theme || "auto");
  const metrics = useMemo(() => new Metrics(data.metrics), [data]);
  const currency = currencyOf(data, state);
  const formats = useMemo(() => new Formats(data.locale, currency), [data, currency]);
  const campaigns = useMemo(() => new Map(data.campaigns.map((one) => [one.id, one])), [data]);
  return useMemo(
    () => ({ data, provider, state, change, palette, metrics, formats, campaigns, ...shown, compared: shown.query.previous !== null }),
    [data, provider, state, change, palette, metrics, formats, campaigns, shown],
  );
}

function Frame(props: FrameProps) {
  const view = useView_(props);
  const { state, change, report } = props;
  const page = PAGES.find((one) => one.id === state.page) ?? PAGES[0]!;
  const [help, setHelp] = useState(false);
  const go = useCallback((id: string) => change(toPage(readHash(location.hash), id)), [change]);
  useClosingPickers();
  useKeys({ change, go, help: () => setHelp(true) });
  const heading = useRef<HTMLHeadingElement>(null);
  const visited = useRef(page.id);
  useEffect(() => {
    document.title = `${page.title} · ${view.data.title}`;
    if (visited.current === page.id) return;
    visited.current = page.id;
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [page]);
  const { Body } = page;
  const nothing = page.filtered && view.data.first_day !== null && !total(view).now && !total(view).before;
  return (
    <ViewContext.Provider value={view}>
      <a class="skip" href="#content" onClick={(event) => (event.preventDefault(), heading.current?.focus())}>
        Skip to the page
      </a>
      <div class="top">
        <Header onHelp={() => setHelp(true)} page={page} />
        <Menu page={page} />
      </div>
      <section aria-label="Period and filters">
        <Controls page={page} />
        <Filters page={page} />
      </section>
      <Printed page={page} />
      <main id="content" class={`page page-${page.id}`} aria-busy={report.busy}>
        <h2 ref={heading} tabIndex={-1} class="page-title">
          {page.title}
        </h2>
        {report.error && (
          <p class="banner bad" role="alert">
            {report.error}
          </p>
        )}
        <FileNotices />
        {nothing ? <NoRows /> : <Body key={page.id} />}
      </main>
      <Foot view={view} />
      {help && <Help onClose={() => setHelp(false)} />}
    </ViewContext.Provider>
  );
}

function Foot({ view: { data, formats } }: { view: View }) {
  return (
    <footer class="foot">
      <p>
        Made {formats.moment(data.created_at)} by Payback {data.version} · run {data.run_id || "not recorded"} · every formula stands on the page Method.
      </p>
    </footer>
  );
}
