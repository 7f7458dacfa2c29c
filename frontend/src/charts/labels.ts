/** Finds a free side for the labels of circles: over no other label, over no other circle, inside the frame. */
export interface Circle {
  x: number;
  y: number;
  r: number;
  /** Empty: no label wanted. */
  text: string;
}

export type Side = "right" | "left" | "top" | "bottom";

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const LETTER = 6.3;
const LINE = 15;
const SIDES: Side[] = ["right", "left", "top", "bottom"];

/** Width of a text in pixels: East Asian signs and pictures are twice as wide as letters. */
export function lengthOf(text: string): number {
  return [...text].reduce((sum, sign) => sum + (sign >= "\u1100" ? 2 * LETTER : LETTER), 0);
}

function boxOf({ x, y, r, text }: Circle, side: Side): Box {
  const width = lengthOf(text) + 4;
  if (side === "right") return { left: x + r + 3, right: x + r + 3 + width, top: y - LINE / 2, bottom: y + LINE / 2 };
  if (side === "left") return { left: x - r - 3 - width, right: x - r - 3, top: y - LINE / 2, bottom: y + LINE / 2 };
  const top = side === "top" ? y - r - 3 - LINE : y + r + 3;
  return { left: x - width / 2, right: x + width / 2, top, bottom: top + LINE };
}

function meet(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function covers({ x, y, r }: Circle, box: Box): boolean {
  const dx = Math.max(box.left - x, 0, x - box.right);
  const dy = Math.max(box.top - y, 0, y - box.bottom);
  return dx * dx + dy * dy < r * r;
}

/** The side of each circle's label, in the order of the circles; null where none is free. Earlier ones choose first. */
export function labelSides(circles: Circle[], frame: Box, order = circles.map((_, i) => i), taken: Box[] = []): Array<Side | null> {
  const sides: Array<Side | null> = circles.map(() => null);
  const placed = [...taken];
  for (const place of order) {
    const circle = circles[place]!;
    if (!circle.text) continue;
    const side = SIDES.find((one) => {
      const box = boxOf(circle, one);
      const inside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
      return inside && !placed.some((other) => meet(box, other)) && !circles.some((other) => other !== circle && covers(other, box));
    });
    if (!side) continue;
    sides[place] = side;
    placed.push(boxOf(circle, side));
  }
  return sides;
}
