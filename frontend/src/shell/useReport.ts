/** Loads the report's data and answers; the last answer stays on screen while the next one is made. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Answer, Provider, Query, ReportData } from "../data/contract.ts";
import { HttpProvider } from "../data/http.ts";
import { NO_CURRENCY } from "../format/numbers.ts";
import type { State } from "../state/hash.ts";
import { type Periods, periodsOf, queryOf } from "../state/query.ts";

const NOTHING: Answer = { total: [{ key: [], now: null, before: null }], day: [], channel: [], campaign: [], country: [], source: [], channel_week: [], channel_day: [] };
const NO_QUERY: Query = { currency: NO_CURRENCY, start: "", end: "", previous: null, channels: [], campaigns: [], countries: [], sources: [] };

export interface Asked {
  query: Query;
  periods: Periods;
  answer: Answer;
}

export interface Report {
  data: ReportData | null;
  /** What is on screen: query, periods and answer that belong together. */
  shown: Asked | null;
  busy: boolean;
  error: string | null;
}

/** What is shown where there are no days at all. */
function noDays(data: ReportData): Asked {
  const day = data.created_at.slice(0, 10);
  const periods: Periods = { now: { start: day, end: day }, before: null, beforeCovered: "none" };
  return { query: { ...NO_QUERY, currency: data.currencies[0] ?? NO_CURRENCY }, periods, answer: NOTHING };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function useReport(provider: Provider, state: State): Report {
  const [data, setData] = useState<ReportData | null>(null);
  const [shown, setShown] = useState<Asked | null>(null);
  const [busy, setBusy] = useState(true);
  const [error, setError] = useState<string | null>(null);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    if (provider instanceof HttpProvider) provider.onNewData = () => setVersion((number) => number + 1);
    provider.data().then(setData, (reason: unknown) => setError(message(reason)));
  }, [provider, version]);

  const wanted = useMemo(() => {
    const periods = data && periodsOf(data, state);
    return data && periods ? { periods, query: queryOf(data, state, periods) } : null;
  }, [data, state]);
  const key = wanted ? JSON.stringify([wanted, version]) : "";
  const running = useRef<AbortController | null>(null);
  useEffect(() => {
    if (!data) return;
    running.current?.abort();
    if (!wanted) {
      setShown(noDays(data));
      setBusy(false);
      return;
    }
    const request = (running.current = new AbortController());
    setBusy(true);
    provider.query(wanted.query, request.signal).then(
      (answer) => {
        if (request.signal.aborted) return;
        setShown({ ...wanted, answer });
        setError(null);
        setBusy(false);
      },
      (reason: unknown) => {
        if (request.signal.aborted) return;
        setError(message(reason));
        setBusy(false);
      },
    );
  }, [data, key]);
  return { data, shown, busy, error };
}
