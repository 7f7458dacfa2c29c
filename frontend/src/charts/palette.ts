/** Colours of charts; the same values stand in styles/tokens.css. Told apart with colour-blind eyes, 3:1 on the card. */
export interface Palette {
  dark: boolean;
  ink: string;
  muted: string;
  grid: string;
  axis: string;
  card: string;
  revenue: string;
  cost: string;
  good: string;
  bad: string;
  neutral: string;
  /** Ends and middle of diverging scales: below, at and above break-even. */
  below: string;
  middle: string;
  above: string;
  /** Weak and strong end of one-way scales. */
  weak: string;
  strong: string;
  series: string[];
}

export const LIGHT: Palette = {
  dark: false,
  ink: "#16202e",
  muted: "#566173",
  grid: "#e4e8ee",
  axis: "#b9c2cf",
  card: "#ffffff",
  revenue: "#1f5fd6",
  cost: "#c2590a",
  good: "#0b7350",
  bad: "#b8261b",
  neutral: "#5f6b7c",
  below: "#b5461a",
  middle: "#f4f2ee",
  above: "#1b57b8",
  weak: "#e6eefb",
  strong: "#1b57b8",
  series: ["#1f8fc0", "#8a4fd0", "#64851a", "#1f5fd6", "#cf6a17", "#0b8a7f", "#c92f6e", "#8a5a3b", "#5b6b82", "#9b7a00"],
};

export const DARK: Palette = {
  dark: true,
  ink: "#e8edf4",
  muted: "#a3afbf",
  grid: "#29313d",
  axis: "#465263",
  card: "#161c25",
  revenue: "#74a9ff",
  cost: "#ffa35c",
  good: "#52d3a6",
  bad: "#ff8f83",
  neutral: "#a9b4c3",
  below: "#e8814f",
  middle: "#262c35",
  above: "#5f97f5",
  weak: "#1d2a40",
  strong: "#7db0ff",
  series: ["#6fc3ee", "#bb9af7", "#b4cc52", "#74a9ff", "#ffa35c", "#45cfc1", "#f78ab8", "#d3a789", "#a3b1c6", "#e2c04e"],
};

/** Colour of a channel: its place in the whole list, so that a filter never changes it. */
export function channelColour(palette: Palette, channels: string[], channel: string): string {
  const place = channels.indexOf(channel);
  return place < 0 ? palette.neutral : palette.series[place % palette.series.length]!;
}

function parts(colour: string): [number, number, number] {
  const number = Number.parseInt(colour.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** A colour between two; share 0 gives the first. */
export function mix(one: string, other: string, share: number): string {
  const a = parts(one);
  const b = parts(other);
  const between = a.map((value, i) => Math.round(value + (b[i]! - value) * Math.min(1, Math.max(0, share))));
  return `#${between.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = parts(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Ink that can be read on a colour: black or white has 4.58:1 on any. */
export function inkOn(colour: string): string {
  return contrast(colour, "#ffffff") >= contrast(colour, "#000000") ? "#ffffff" : "#000000";
}
