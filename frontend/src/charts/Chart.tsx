/**
 * A chart with all it owes its reader: title, legend in text, a sentence for those who don't see it, its numbers as a
 * table, links to the definitions. Drawn when it comes near the screen, redrawn when its size, colours or data change.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { listenToDrags } from "./drags.ts";
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

/** Left, right, bottom, top. */
export type Box = [number, number, number, number];

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
  /** Called with the rectangle that the reader drew, in values of the axes. */
  onBox?: (box: Box) => void;
  /** Grows with its neighbour in the row; `height` is the least. */
  fill?: boolean;
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

/** Width and height of an element, one number each, so that the same size is no change. */
function useSize(element: { current: HTMLElement | null }): [number, number] {
  const [width, setWidth] = useState(0);
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () => (setWidth(Math.floor(box.clientWidth)), setHeight(Math.floor(box.clientHeight)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return [width, height];
}

export function Chart(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const [width, measured] = useSize(box);
  const chart = useRef<EChartsType | null>(null);
  const current = useRef(props);
  current.current = props;
  const least = typeof props.height === "number" ? props.height : props.height(width);
  const height = props.fill ? Math.max(least, measured) : least;

  useEffect(() => {
    if (!near || !width || !box.current) return;
    if (!chart.current) {
      chart.current = init(box.current, null, { renderer: "svg", width, height });
      listen(chart.current, () => current.current);
    } else if (chart.current.getWidth() !== width || chart.current.getHeight() !== height) {
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
            {props.hint && <span class={props.onBrush || props.onBox ? "hint by-mouse" : "hint"}>; {props.hint}</span>}
          </p>
        )}
        {props.aside && <div class="aside">{props.aside}</div>}
        {props.keys && <Legend keys={props.keys} />}
      </figcaption>
      <div ref={box} class={`canvas ${props.onPick || props.onBrush ? "active" : ""} ${props.fill ? "fill" : ""}`} role="img" aria-label={`${props.title}. ${props.summary}`} style={props.fill ? { minHeight: `${least}px` } : { height: `${height}px` }} />
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
  listenToDrags(chart, {
    wanted: () => !!(props().onBrush ?? props().onBox),
    flat: () => !props().onBox,
    done: ([x0, y0], [x1, y1]) => {
      const place = (x: number) => Math.round(Number(chart.convertFromPixel({ xAxisIndex: 0 }, x)));
      const value = (x: number, y: number) => chart.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [x, y]) as unknown as [number, number];
      props().onBrush?.(place(x0), place(x1));
      const [[left, top], [right, bottom]] = [value(x0, y0), value(x1, y1)];
      props().onBox?.([left, right, bottom, top]);
    },
  });
}

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
