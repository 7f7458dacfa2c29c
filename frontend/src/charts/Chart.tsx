/**
 * A chart with all it owes its reader: title, legend in text, a sentence for those who don't see it, its numbers as a
 * table, links to the definitions. Drawn when it comes near the screen, redrawn when its size, colours or data change.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type EChartsType, init } from "./engine.ts";
import type { Option } from "./options.ts";
import type { Sheet } from "../export/sheet.ts";
import { SheetTable } from "../shell/SheetTable.tsx";
import { Definitions } from "../shell/Definitions.tsx";

export interface Key {
  label: string;
  colour: string;
  dashed?: boolean;
  shape?: "line" | "dot" | "ring";
}

interface Props {
  title: string;
  subtitle?: string;
  /** What the reader can do with the chart; left out on paper. */
  hint?: string;
  height: number | ((width: number) => number);
  option: (width: number) => Option;
  /** What the chart shows, in words and figures. */
  summary: string;
  twin: Sheet;
  keys?: Key[];
  metrics?: string[];
  /** Called with what the reader clicked: name and place in the data. */
  onPick?: (picked: { name: string; index: number; series: string }) => void;
  onBrush?: (from: number, to: number) => void;
  children?: ComponentChildren;
  /** Controls beside the title. */
  aside?: ComponentChildren;
  className?: string;
}

/** True once the element has come near the screen; printing draws all. */
function useNear(element: { current: Element | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (near || !element.current) return;
    const show = () => setNear(true);
    const observer = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && show(), { rootMargin: "200px" });
    observer.observe(element.current);
    window.addEventListener("beforeprint", show);
    return () => {
      observer.disconnect();
      window.removeEventListener("beforeprint", show);
    };
  }, [near]);
  return near;
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    setWidth(Math.floor(element.current.clientWidth));
    const observer = new ResizeObserver(() => element.current && setWidth(Math.floor(element.current.clientWidth)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const width = useWidth(box);
  const chart = useRef<EChartsType | null>(null);
  const current = useRef(props);
  current.current = props;
  const height = typeof props.height === "number" ? props.height : props.height(width);

  useEffect(() => {
    if (!near || !width || !box.current) return;
    if (!chart.current) {
      chart.current = init(box.current, null, { renderer: "svg", width, height });
      listen(chart.current, () => current.current);
    } else {
      chart.current.resize({ width, height, silent: true });
    }
    chart.current.setOption(props.option(width), { notMerge: true, lazyUpdate: false });
  }, [near, width, height, props.option]);
  useEffect(() => () => chart.current?.dispose(), []);

  return (
    <figure class={`card chart ${props.className ?? ""}`}>
      <figcaption>
        <h3>{props.title}</h3>
        {props.subtitle && (
          <p class="subtitle">
            {props.subtitle}
            {props.hint && <span class="hint">; {props.hint}</span>}
          </p>
        )}
        {props.aside && <div class="aside">{props.aside}</div>}
        {props.keys && <Legend keys={props.keys} />}
      </figcaption>
      <div ref={box} class={props.onPick || props.onBrush ? "canvas active" : "canvas"} role="img" aria-label={`${props.title}. ${props.summary}`} style={{ height: `${height}px` }} />
      {props.children}
      <footer class="chart-foot">
        <Twin sheet={props.twin} />
        {props.metrics && <Definitions names={props.metrics} />}
      </footer>
    </figure>
  );
}

function listen(chart: EChartsType, props: () => Props): void {
  chart.on("click", (event) => {
    props().onPick?.({ name: String(event.name), index: event.dataIndex, series: String(event.seriesName ?? "") });
  });
  listenToBrush(chart, props);
}

/** Dragging the mouse across the plot chooses a range of places on the x axis; a finger scrolls the page instead. */
function listenToBrush(chart: EChartsType, props: () => Props): void {
  const surface = chart.getZr();
  const band = document.createElement("div");
  band.className = "brush";
  let start: number | null = null;
  const byMouse = (event: unknown) => (event as PointerEvent).pointerType !== "touch" && !String((event as Event).type).startsWith("touch");
  const place = (x: number) => Math.round(Number(chart.convertFromPixel({ xAxisIndex: 0 }, x)));
  const ends = (x: number): [number, number] => [Math.min(start ?? x, x), Math.max(start ?? x, x)];
  surface.on("mousedown", (event) => {
    if (props().onBrush && byMouse(event.event) && chart.containPixel("grid", [event.offsetX, event.offsetY])) start = event.offsetX;
  });
  surface.on("mousemove", (event) => {
    if (start === null) return;
    const [from, to] = ends(event.offsetX);
    band.style.left = `${from}px`;
    band.style.width = `${to - from}px`;
    if (to - from > SHORTEST) chart.getDom().append(band);
  });
  surface.on("mouseup", (event) => {
    const [from, to] = ends(event.offsetX);
    if (start !== null && to - from > SHORTEST) props().onBrush?.(place(from), place(to));
    start = null;
    band.remove();
  });
  surface.on("globalout", () => {
    start = null;
    band.remove();
  });
}

/** A shorter drag, in pixels, is a click. */
const SHORTEST = 12;

function Legend({ keys }: { keys: Key[] }) {
  return (
    <ul class="legend">
      {keys.map((key) => (
        <li key={key.label}>
          <i class={`key-${key.shape ?? "line"} ${key.dashed ? "dashed" : ""}`} style={{ borderColor: key.colour, ...(key.shape === "dot" && { background: key.colour }) }} aria-hidden="true" />
          {key.label}
        </li>
      ))}
    </ul>
  );
}

/** The chart's numbers; made when opened, since most never are. */
function Twin({ sheet }: { sheet: Sheet }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="twin" onToggle={(event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}>
      <summary>
        Numbers<span class="sr"> of the chart {sheet.name}</span>
      </summary>
      {open && <SheetTable sheet={sheet} />}
    </details>
  );
}
