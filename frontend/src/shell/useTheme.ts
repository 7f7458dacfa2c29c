/** Light, dark, or what the system says. */
import { useEffect, useState } from "preact/hooks";
import { DARK, LIGHT, type Palette } from "../charts/palette.ts";
import type { Theme } from "../state/hash.ts";

const dark = () => window.matchMedia("(prefers-color-scheme: dark)");

export function useTheme(theme: Theme): Palette {
  const [system, setSystem] = useState(() => dark().matches);
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const query = dark();
    const follow = () => setSystem(query.matches);
    const [start, end] = [() => setPrinting(true), () => setPrinting(false)];
    query.addEventListener("change", follow);
    window.addEventListener("beforeprint", start);
    window.addEventListener("afterprint", end);
    return () => {
      query.removeEventListener("change", follow);
      window.removeEventListener("beforeprint", start);
      window.removeEventListener("afterprint", end);
    };
  }, []);
  const isDark = !printing && (theme === "dark" || (theme === "auto" && system));
  useEffect(() => {
    document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
  }, [isDark]);
  return isDark ? DARK : LIGHT;
}
