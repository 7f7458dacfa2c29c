/** Gives a file to the reader. */
import type { Sheet } from "./sheet.ts";
import { csvOf } from "./csv.ts";
import { xlsxOf } from "./xlsx.ts";

function fileName(title: string, name: string, range: string, ending: string): string {
  const plain = `${title} ${name} ${range}`.normalize("NFKD").replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase();
  return `${plain.slice(0, 120) || "payback"}.${ending}`;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function downloadCsv(sheet: Sheet, title: string, range: string): void {
  save(new Blob([csvOf(sheet)], { type: "text/csv;charset=utf-8" }), fileName(title, sheet.name, range, "csv"));
}

export function downloadXlsx(sheets: Sheet[], title: string, page: string, range: string): void {
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  save(new Blob([xlsxOf(sheets)], { type }), fileName(title, page, range, "xlsx"));
}
