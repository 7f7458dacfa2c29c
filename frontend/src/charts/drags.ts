/** Dragging the mouse across the plot chooses a band or a rectangle; a finger scrolls the page instead. */
import type { EChartsType } from "./engine.ts";

type Point = [number, number];

interface Drags {
  /** False: the chart takes no drags. */
  wanted: () => boolean;
  /** True: a band over the whole height, of which only the ends on the x axis count. */
  flat: () => boolean;
  /** Called with the upper left and the lower right corner, in pixels. */
  done: (from: Point, to: Point) => void;
}

/** A shorter drag, in pixels, is a click. */
const SHORTEST = 12;

export function listenToDrags(chart: EChartsType, { wanted, flat, done }: Drags): void {
  const surface = chart.getZr();
  const band = document.createElement("div");
  let start: Point | null = null;
  const stop = () => {
    start = null;
    band.remove();
  };
  surface.on("mousedown", ({ offsetX, offsetY, event }) => {
    if (wanted() && byMouse(event) && chart.containPixel("grid", [offsetX, offsetY])) start = [offsetX, offsetY];
  });
  surface.on("mousemove", ({ offsetX, offsetY }) => {
    if (!start) return;
    const [from, to] = corners(start, [offsetX, offsetY]);
    band.className = flat() ? "brush" : "brush box";
    band.style.left = `${from[0]}px`;
    band.style.width = `${to[0] - from[0]}px`;
    band.style.top = flat() ? "" : `${from[1]}px`;
    band.style.height = flat() ? "" : `${to[1] - from[1]}px`;
    if (to[0] - from[0] > SHORTEST) chart.getDom().append(band);
  });
  surface.on("mouseup", ({ offsetX, offsetY }) => {
    const ends = start && corners(start, [offsetX, offsetY]);
    stop();
    if (ends && ends[1][0] - ends[0][0] > SHORTEST) done(...ends);
  });
  surface.on("globalout", stop);
}

function byMouse(event: unknown): boolean {
  return (event as PointerEvent).pointerType !== "touch" && !String((event as Event).type).startsWith("touch");
}

function corners([x0, y0]: Point, [x1, y1]: Point): [Point, Point] {
  return [[Math.min(x0, x1), Math.min(y0, y1)], [Math.max(x0, x1), Math.max(y0, y1)]];
}
