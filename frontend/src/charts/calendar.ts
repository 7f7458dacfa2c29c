/** Days as squares, weeks as columns; a long range is broken into lines that fit the width. */
import { addDays, dayNumber, daysOf, mondayOf, weekday } from "../format/days.ts";
import { FONT, type Option, base } from "./options.ts";
import { inkOn, type Palette } from "./palette.ts";

export interface CalendarDay {
  colour: string;
  /** Written into the cell where it fits. */
  text: string;
  tip: () => HTMLElement;
}

export interface Calendar {
  start: string;
  end: string;
  day: (day: string) => CalendarDay;
  weekdays: string[];
  /** Name of the month of a day, with its year or without. */
  month: (day: string, year: boolean) => string;
}

interface Plan {
  /** Weeks of one line. */
  line: number;
  lines: number;
  /** Width of a day; its height is `CELL`. */
  cell: number;
  height: number;
  left: number;
  lineHeight: number;
}

const TOP = 20;
const CELL = 22;
const LARGEST = 92;
const SMALLEST = 11;

export function plan({ start, end }: Pick<Calendar, "start" | "end">, width: number): Plan {
  const left = 34;
  const weeks = (mondayOf(dayNumber(end)) - mondayOf(dayNumber(start))) / 7 + 1;
  const most = Math.max(4, Math.floor((width - left) / (weeks > 60 ? 15 : SMALLEST + 3)));
  const lines = Math.max(1, Math.ceil(weeks / most));
  const line = Math.ceil(weeks / lines);
  const cell = Math.max(SMALLEST, Math.min(LARGEST, Math.floor((width - left) / line)));
  const height = Math.min(CELL, cell + 6);
  return { line, lines, cell, height, left, lineHeight: TOP + 7 * height + 10 };
}

export function calendarHeight(range: Pick<Calendar, "start" | "end">, width: number): number {
  const { lines, lineHeight } = plan(range, width || 800);
  return lines * lineHeight;
}

export function calendarOption(calendar: Calendar, palette: Palette, width: number): Option {
  const layout = plan(calendar, width);
  const first = mondayOf(dayNumber(calendar.start));
  const days = daysOf(calendar.start, calendar.end);
  const shown = days.map((day) => calendar.day(day));
  const place = (day: string) => {
    const week = (mondayOf(dayNumber(day)) - first) / 7;
    return { x: layout.left + (week % layout.line) * layout.cell, y: Math.floor(week / layout.line) * layout.lineHeight + TOP };
  };
  const shared = base(palette);
  return {
    ...shared,
    tooltip: { ...shared.tooltip, formatter: (point: unknown) => ((point as { seriesIndex: number }).seriesIndex ? "" : shown[(point as { dataIndex: number }).dataIndex]!.tip()) },
    series: [
      drawn(days.length, (i) => {
        const day = days[i]!;
        const { x, y } = place(day);
        const { colour, text: words } = shown[i]!;
        const [wide, high, top] = [layout.cell - 2, layout.height - 2, y + weekday(day) * layout.height];
        const rect = { type: "rect", shape: { x, y: top, width: wide, height: high, r: 2.5 }, style: { fill: colour } };
        const fits = words && wide > 6.8 * words.length + 4;
        return { type: "group", children: fits ? [rect, { ...text(words, x + wide / 2, top + high / 2, inkOn(colour), "center"), silent: true }] : [rect] };
      }),
      drawn(1, () => ({ type: "group", silent: true, children: [...months(calendar, place, palette, layout), ...names(calendar, layout, palette)] })),
    ] as NonNullable<Option["series"]>,
  };
}

/** Room that a month with its year takes, in pixels. */
const MONTH_AND_YEAR = 58;

/** The name of a month above the week that holds its first day; the year where it begins and has room. */
function months(calendar: Calendar, place: (day: string) => { x: number; y: number }, palette: Palette, layout: Plan): object[] {
  const starts = daysOf(calendar.start, calendar.end).filter((day, i) => day.endsWith("-01") || (i === 0 && Number(day.slice(8)) < 20));
  const shown = starts.filter((day) => place(day).x + 30 < layout.left + layout.line * layout.cell + 20);
  let year = "";
  return shown.map((day, i) => {
    const [here, next] = [place(day), shown[i + 1] && place(shown[i + 1]!)];
    const dated = day.slice(0, 4) !== year && !(next && next.y === here.y && next.x - here.x < MONTH_AND_YEAR);
    if (dated) year = day.slice(0, 4);
    return text(calendar.month(day, dated), here.x, here.y - 10, palette.muted, "left");
  });
}

function names(calendar: Calendar, layout: Plan, palette: Palette): object[] {
  return Array.from({ length: layout.lines }, (_, line) => line).flatMap((line) =>
    [0, 2, 4].map((day) => text(calendar.weekdays[day] ?? "", layout.left - 8, line * layout.lineHeight + TOP + (day + 0.45) * layout.height, palette.muted, "right")),
  );
}

function text(words: string, x: number, y: number, fill: string, align: string): object {
  return { type: "text", style: { text: words, x, y, fill, align, verticalAlign: "middle", fontSize: 11, fontFamily: FONT } };
}

function drawn(count: number, draw: (place: number) => object): object {
  return { type: "custom", coordinateSystem: "none", data: Array.from({ length: count }, (_, i) => [i]), renderItem: (params: { dataIndex: number }) => draw(params.dataIndex) };
}

/** Up to the last days of a range, so that a drawing stays readable. */
export function lastDays(end: string, days: number, first: string): string {
  const start = addDays(end, 1 - days);
  return start < first ? first : start;
}

