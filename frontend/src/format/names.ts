/** Names inside sentences: a name in another direction of writing must not turn the rest of the sentence around. */
const FIRST_STRONG = "\u2068";
const END = "\u2069";

/** A name between Unicode's isolates (UAX 9); its own unclosed marks end with it. */
export function isolated(name: string): string {
  return FIRST_STRONG + name + END;
}

/** The text as exports want it. */
export function withoutIsolates(text: string): string {
  return text.replaceAll(FIRST_STRONG, "").replaceAll(END, "");
}
