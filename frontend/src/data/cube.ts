/** The cube: read from base64 of gzip, kept as typed arrays (see CubeHeader for the layout). */
import type { CubeHeader } from "./contract.ts";

export interface Column {
  /** Whole numbers: value times 10^scale. Null is told by `known`. */
  values: Float64Array;
  /** 1 where a value is known; null where all are. */
  known: Uint8Array | null;
  scale: number;
}

export interface Cube {
  rows: number;
  columns: Map<string, Column>;
}

export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export async function unzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Puts byte planes together: all lowest bytes come first, then the next ones. */
function unplane(bytes: Uint8Array, offset: number, rows: number, width: number): Float64Array {
  const values = new Float64Array(rows);
  for (let plane = 0, weight = 1; plane < width; plane++, weight *= 256) {
    const from = offset + plane * rows;
    for (let i = 0; i < rows; i++) values[i]! += bytes[from + i]! * weight;
  }
  return values;
}

/** Turns stored numbers into values in place and says which are known. Exact up to 2^53. */
function restore(values: Float64Array, nulls: boolean, delta: boolean): Uint8Array | null {
  const known = nulls ? new Uint8Array(values.length) : null;
  let running = 0;
  for (let i = 0; i < values.length; i++) {
    let stored = values[i]!;
    if (known) {
      if (stored === 0) continue;
      known[i] = 1;
      stored -= 1;
    }
    const value = stored % 2 === 0 ? stored / 2 : -(stored + 1) / 2;
    running = delta ? running + value : value;
    values[i] = running;
  }
  return known;
}

export function decode(bytes: Uint8Array): Cube {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as CubeHeader;
  if (header.version !== 1) throw new Error(`The cube has version ${String(header.version)}; this page reads version 1.`);
  const columns = new Map<string, Column>();
  let offset = 4 + length;
  for (const { name, width, nulls, delta, scale } of header.columns) {
    const values = unplane(bytes, offset, header.rows, width);
    const known = restore(values, nulls, delta);
    columns.set(name, { values, known, scale });
    offset += width * header.rows;
  }
  if (offset !== bytes.length) throw new Error("The cube is cut off or has something behind its end.");
  return { rows: header.rows, columns };
}

export async function readCube(base64: string): Promise<Cube> {
  return decode(await unzip(bytesOfBase64(base64)));
}
