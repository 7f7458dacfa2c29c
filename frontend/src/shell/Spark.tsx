/** A small line without axes; the numbers beside it are its text. */
import type { Series } from "../data/series.ts";

interface Props {
  now: Series;
  before?: Series | undefined;
  colour: string;
  width?: number;
  height?: number;
  label: string;
  /** Drawn from zero and filled; a ratio is not, since its distance from zero says little. */
  fromZero?: boolean;
}

/** Path of a series; a gap where a value is unknown. */
export function path(series: Series, x: (place: number) => number, y: (value: number) => number): string {
  let pen = "M";
  let drawn = "";
  series.forEach((value, place) => {
    if (value === null) pen = "M";
    else {
      drawn += `${pen}${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = "L";
    }
  });
  return drawn;
}

/** Keeps a sparkline short: as many points as it has pixels, each the mean of its days. */
export function thinned(series: Series, most: number): Series {
  if (series.length <= most) return series;
  return Array.from({ length: most }, (_, i) => {
    const part = series.slice(Math.floor((i * series.length) / most), Math.floor(((i + 1) * series.length) / most));
    const known = part.filter((value): value is number => value !== null);
    return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  });
}

/** A ratio that stays within this share of itself is drawn as the flat line that it is: rounding is no course. */
const STILL = 0.01;

function limits(known: number[], fromZero: boolean): [number, number] {
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (fromZero) return [Math.min(0, low), Math.max(0, high)];
  const room = Math.max(0, (STILL * Math.max(Math.abs(low), Math.abs(high)) - (high - low)) / 2);
  return [low - room, high + room];
}

export function Spark({ now, before, colour, width = 120, height = 30, label, fromZero = true }: Props) {
  const [one, other] = [thinned(now, width / 2), before ? thinned(before, width / 2) : []];
  const known = [...one, ...other].filter((value): value is number => value !== null);
  if (known.length < 2) return <span class="spark-none" aria-hidden="true" />;
  const [low, high] = limits(known, fromZero);
  const y = (value: number) => height - 2 - ((value - low) / (high - low || 1)) * (height - 4);
  const x = (points: number) => (place: number) => (points < 2 ? width / 2 : (place / (points - 1)) * (width - 2) + 1);
  const line = path(one, x(one.length), y);
  const whole = fromZero && !one.includes(null);
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {whole && <path d={`${line}L${width - 1} ${y(0)}L1 ${y(0)}Z`} fill={colour} opacity="0.13" />}
      {other.length > 1 && <path d={path(other, x(other.length), y)} fill="none" stroke={colour} stroke-width="1.2" stroke-dasharray="3 2.5" opacity="0.75" vector-effect="non-scaling-stroke" />}
      <path d={line} fill="none" stroke={colour} stroke-width="1.6" stroke-linejoin="round" vector-effect="non-scaling-stroke" />
    </svg>
  );
}
