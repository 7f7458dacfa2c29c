/** The themes in the order in which the switch goes through them. */
import type { Theme } from "../state/hash.ts";

export const THEMES: Theme[] = ["auto", "light", "dark"];

export function after<T>(list: T[], one: T): T {
  return list[(list.indexOf(one) + 1) % list.length]!;
}
