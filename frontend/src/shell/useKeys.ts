/** Keys for what people do often. None works while someone types. */
import { useEffect } from "preact/hooks";
import { PAGES } from "../pages/registry.ts";
import { type State, noFilters, readHash } from "../state/hash.ts";
import { COMPARISONS } from "../state/periods.ts";
import { THEMES, after } from "./themes.ts";

export const KEYS: Array<[string, string]> = [
  ["1, 2, 3 …", "go to a page"],
  ["p", "choose the period"],
  ["c", "next comparison: previous period, last year, none"],
  ["/", "search campaigns"],
  ["x", "clear all filters"],
  ["e", "export"],
  ["t", "light, dark, as the system"],
  ["?", "this list"],
  ["Esc", "close what is open"],
  ["Tab", "reach everything else; Enter, Space and the arrows use it"],
];

interface Actions {
  change: (change: Partial<State>) => void;
  go: (page: string) => void;
  help: () => void;
}

/** Lists that open over the page close with Escape, and when something else is used. */
export function useClosingPickers(): void {
  useEffect(() => {
    const opened = () => [...document.querySelectorAll<HTMLDetailsElement>("details.picker[open]")];
    const away = (event: Event) => opened().forEach((one) => !one.contains(event.target as Node) && one.removeAttribute("open"));
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      for (const one of opened()) {
        one.removeAttribute("open");
        one.querySelector("summary")?.focus();
      }
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("focusin", away);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", away);
      document.removeEventListener("keydown", escape);
    };
  }, []);
}

function focus(id: string): void {
  const element = document.getElementById(id);
  element?.closest("details:not([open])")?.setAttribute("open", "");
  element?.focus();
}

export function useKeys({ change, go, help }: Actions): void {
  useEffect(() => {
    // The address is ahead of what is drawn: keys pressed in a row all count.
    const now = () => readHash(location.hash);
    const actions: Record<string, () => void> = {
      p: () => focus("period"),
      c: () => change({ comparison: after(COMPARISONS.map((one) => one.id), now().comparison) }),
      "/": () => focus("search"),
      x: () => change(noFilters()),
      e: () => document.getElementById("export")?.click(),
      t: () => change({ theme: after(THEMES, now().theme || "auto") }),
      "?": help,
    };
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea, [contenteditable]") || target.closest("dialog")) return;
      const page = PAGES[Number(event.key) - 1];
      const action = page ? () => go(page.id) : actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [change, go, help]);
}
