/**
 * A table that sorts, and draws only the rows on screen when there are many. Headers are buttons; the sort order is in
 * the address. Rows all have one height, so that thousands of them need no measuring.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useView } from "../view.ts";

export interface GridColumn<Row> {
  id: string;
  label: string;
  title?: string;
  number?: boolean;
  /** May break into lines. */
  wraps?: boolean;
  /** What to sort by; null goes last in both directions. */
  order: (row: Row) => string | number | null;
  cell: (row: Row) => ComponentChildren;
  foot?: ComponentChildren;
  unsortable?: boolean;
  /** Left out on a phone, where it is said otherwise. */
  wideOnly?: boolean;
}

interface Props<Row> {
  label: string;
  columns: Array<GridColumn<Row>>;
  rows: Row[];
  id: (row: Row) => string;
  sort: string;
  rowHeight: number;
  /** Rows that are marked, such as the one whose details are open. */
  marked?: (row: Row) => boolean;
}

/** One collator for all comparisons: a table of thousands of names is sorted in milliseconds. */
const NAMES = new Intl.Collator();

export function compare(a: string | number | null, b: string | number | null, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order = typeof a === "number" && typeof b === "number" ? a - b : NAMES.compare(String(a), String(b));
  return descending ? -order : order;
}

export function sorted<Row>(rows: Row[], columns: Array<GridColumn<Row>>, sort: string): Row[] {
  const descending = sort.startsWith("-");
  const column = columns.find((one) => one.id === sort.replace(/^-/, ""));
  if (!column) return rows;
  const keyed = rows.map((row) => ({ row, key: column.order(row) }));
  return keyed.sort((a, b) => compare(a.key, b.key, descending)).map(({ row }) => row);
}

const WINDOWED = 60;
const SPARE = 8;

export function Grid<Row>({ label, columns, rows, id, sort, rowHeight, marked }: Props<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const ordered = useMemo(() => sorted(rows, columns, sort), [rows, sort]);
  const [top, setTop] = useState(0);
  const [printing, setPrinting] = useState(false);
  usePrinting(setPrinting);
  const windowed = ordered.length > WINDOWED && !printing;
  const first = windowed ? Math.max(0, Math.floor(top / rowHeight) - SPARE) : 0;
  const last = windowed ? Math.min(ordered.length, first + Math.ceil(560 / rowHeight) + 2 * SPARE) : Math.min(ordered.length, printing ? 1000 : ordered.length);
  const footed = columns.some((column) => column.foot !== undefined);
  return (
    <div ref={box} class={windowed ? "scroll windowed" : "scroll"} role="region" tabIndex={0} aria-label={`Table: ${label}`} onScroll={() => windowed && setTop(box.current?.scrollTop ?? 0)}>
      <table class="grid-table" aria-rowcount={ordered.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <tr class="spacer" aria-hidden="true"><td colSpan={columns.length} style={{ height: `${first * rowHeight}px` }} /></tr>}
          {ordered.slice(first, last).map((row, i) => (
            <tr key={id(row)} aria-rowindex={first + i + 2} class={marked?.(row) ? "marked" : ""} style={{ height: `${rowHeight}px` }}>
              {columns.map((column, j) =>
                j === 0 ? (
                  <th key={column.id} scope="row">{column.cell(row)}</th>
                ) : (
                  <td key={column.id} class={classOf(column)}>{column.cell(row)}</td>
                ),
              )}
            </tr>
          ))}
          {windowed && last < ordered.length && <tr class="spacer" aria-hidden="true"><td colSpan={columns.length} style={{ height: `${(ordered.length - last) * rowHeight}px` }} /></tr>}
          {!ordered.length && <tr><td colSpan={columns.length} class="note">Nothing to show for this choice.</td></tr>}
        </tbody>
        {footed && (
          <tfoot>
            <tr>
              {columns.map((column, j) => (j === 0 ? <th key={column.id} scope="row">{column.foot}</th> : <td key={column.id} class={classOf(column)}>{column.foot}</td>))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function classOf<Row>({ number, wraps, wideOnly }: GridColumn<Row>): string {
  return [number && "number", wraps && "wraps", wideOnly && "wide-only"].filter(Boolean).join(" ");
}

function Head<Row>({ column, sort }: { column: GridColumn<Row>; sort: string }) {
  const { change } = useView();
  const active = sort.replace(/^-/, "") === column.id;
  const descending = sort.startsWith("-");
  const next = active ? (descending ? column.id : `-${column.id}`) : column.number ? `-${column.id}` : column.id;
  return (
    <th scope="col" class={classOf(column)} aria-sort={active ? (descending ? "descending" : "ascending") : undefined}>
      {column.unsortable ? (
        <span class="plain-head" title={column.title}>{column.label}</span>
      ) : (
        <button type="button" title={column.title} onClick={() => change({ sort: next })}>
          {column.label}
          <span aria-hidden="true" class="sort-mark">{active ? (descending ? "↓" : "↑") : ""}</span>
        </button>
      )}
    </th>
  );
}

function usePrinting(set: (printing: boolean) => void): void {
  useEffect(() => {
    const [start, end] = [() => set(true), () => set(false)];
    window.addEventListener("beforeprint", start);
    window.addEventListener("afterprint", end);
    return () => {
      window.removeEventListener("beforeprint", start);
      window.removeEventListener("afterprint", end);
    };
  }, []);
}
