/** State lives in the address; back and forward therefore work by themselves. */
import { useCallback, useEffect, useState } from "preact/hooks";
import { type State, readHash, writeHash } from "../state/hash.ts";

/** Typing in a search box must not fill the history: such changes replace the last entry. */
const QUIET: Array<keyof State> = ["search", "theme", "sort", "columns"];

export function useAddress(): [State, (change: Partial<State>) => void] {
  const [state, setState] = useState(() => readHash(location.hash));
  useEffect(() => {
    const read = () => setState(readHash(location.hash));
    window.addEventListener("hashchange", read);
    window.addEventListener("popstate", read);
    return () => {
      window.removeEventListener("hashchange", read);
      window.removeEventListener("popstate", read);
    };
  }, []);
  const change = useCallback((wanted: Partial<State>) => {
    const next = { ...readHash(location.hash), ...wanted };
    const hash = writeHash(next);
    if (hash === (location.hash || "#/summary")) return;
    const quiet = Object.keys(wanted).every((key) => QUIET.includes(key as keyof State));
    if (quiet) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
    setState(next);
  }, []);
  return [state, change];
}
