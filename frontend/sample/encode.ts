/** Writes a cube the way the Python side does, for tests and samples. */
import { gzipSync } from "node:zlib";

export interface Plain {
  name: string;
  /** Whole numbers, already times 10^scale; null is unknown. */
  values: Array<number | null>;
  scale: number;
  delta: boolean;
}

function stored(column: Plain): { numbers: number[]; nulls: boolean } {
  const nulls = column.values.includes(null);
  let last = 0;
  const numbers = column.values.map((value) => {
    if (value === null) return 0;
    const step = column.delta ? value - last : value;
    last = value;
    const zigzag = step >= 0 ? 2 * step : -2 * step - 1;
    return nulls ? zigzag + 1 : zigzag;
  });
  return { numbers, nulls };
}

export function encode(columns: Plain[]): Uint8Array {
  const rows = columns[0]?.values.length ?? 0;
  const parts: Buffer[] = [];
  const described = columns.map((column) => {
    const { numbers, nulls } = stored(column);
    const top = numbers.reduce((most, value) => Math.max(most, value), 0);
    let width = 1;
    while (256 ** width <= top) width++;
    for (let plane = 0; plane < width; plane++) {
      parts.push(Buffer.from(numbers.map((value) => Math.floor(value / 256 ** plane) % 256)));
    }
    return { name: column.name, width, nulls, delta: column.delta, scale: column.scale };
  });
  const header = Buffer.from(JSON.stringify({ version: 1, rows, columns: described }), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, ...parts]);
}

export function encodeBase64(columns: Plain[]): string {
  return gzipSync(encode(columns), { level: 9 }).toString("base64");
}
