/** A sheet as a plain table: first column as row headers, numbers to the right. */
import type { Cell, Sheet, SheetColumn } from "../export/sheet.ts";
import { type Formats, NONE } from "../format/numbers.ts";
import { isIsoDay } from "../format/days.ts";
import { useView } from "../view.ts";

const MOST = 500;

export function cellText(formats: Formats, value: Cell, column: SheetColumn): string {
  if (value === null || value === "") return NONE;
  if (typeof value === "string") return column.unit === "date" && isIsoDay(value) ? formats.day(value) : value;
  if (column.unit === "text" || column.unit === "date") return String(value);
  if (column.unit === "count") return formats.number(value);
  if (column.unit === "decimal") return formats.number(value, column.decimals ?? 2, column.decimals ?? 2);
  return formats.full({ unit: column.unit, decimals: column.decimals ?? 2 }, value);
}

const isText = (column: SheetColumn) => column.unit === "text" || column.unit === "date";

export function SheetTable({ sheet, label }: { sheet: Sheet; label?: string }) {
  const { formats } = useView();
  const rows = sheet.rows.slice(0, MOST);
  const total = sheet.total && rows.length === sheet.rows.length ? rows.length - 1 : -1;
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={label ?? `Table: ${sheet.name}`}>
      <table class="sheet">
        <thead>
          <tr>
            {sheet.columns.map((column) => (
              <th key={column.label} scope="col" class={isText(column) ? "" : "number"}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i} class={i === total ? "total" : ""}>
              {row.map((value, j) => {
                const column = sheet.columns[j]!;
                const shown = cellText(formats, value, column);
                return j === 0 ? (
                  <th key={j} scope="row"><bdi>{shown}</bdi></th>
                ) : (
                  <td key={j} class={column.unit === "date" ? "nowrap" : isText(column) ? "" : "number"}>{isText(column) ? <bdi>{shown}</bdi> : shown}</td>
                );
              })}
            </tr>
          ))}
          {!rows.length && <tr><td colSpan={sheet.columns.length}>Nothing to show for this choice.</td></tr>}
        </tbody>
      </table>
      {sheet.rows.length > MOST && <p class="note">The first {formats.number(MOST)} of {formats.number(sheet.rows.length)} rows; the export has all.</p>}
    </div>
  );
}
