/** What is on the page, as CSV or as a workbook. */
import { useEffect, useRef, useState } from "preact/hooks";
import { downloadCsv, downloadXlsx } from "../export/download.ts";
import { text, type Sheet } from "../export/sheet.ts";
import { currencyName } from "../format/numbers.ts";
import { type Page, type View, useView } from "../view.ts";
import { filtersInWords } from "./Filters.tsx";
import { rangesInWords } from "./Header.tsx";

/** What was chosen when the file was made, so that it explains itself later. */
export function aboutSheet(view: View, page: Page): Sheet {
  const { data, formats, query } = view;
  const rows = [
    ["Report", data.title],
    ["Page", page.title],
    ["Period", rangesInWords(view)],
    ["Currency", currencyName(query.currency)],
    ["Filters", page.filtered ? filtersInWords(view) : "this page is not filtered"],
    ["Data until", data.last_day ? formats.day(data.last_day) : "no data"],
    ["Report made", formats.moment(data.created_at)],
    ["Exported", formats.moment(new Date().toISOString())],
    ["Version", data.version],
    ["Run", data.run_id],
  ];
  return { name: "About", columns: [text("What"), text("Value")], rows };
}

export function ExportMenu({ page }: { page: Page }) {
  const view = useView();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useClosing(box, open, () => setOpen(false));
  const range = `${view.periods.now.start}-${view.periods.now.end}`;
  const done = (save: () => void) => () => {
    save();
    setOpen(false);
  };
  const sheets = open ? page.sheets(view) : [];
  return (
    <div class="menu-box" ref={box}>
      <button id="export" class="button" type="button" aria-expanded={open} aria-controls="export-list" onClick={() => setOpen(!open)}>
        Export
      </button>
      {open && (
        <ul id="export-list" class="menu-list">
          {!sheets.length && <li class="note">This page has no table to export.</li>}
          {!!sheets.length && (
            <li>
              <button type="button" onClick={done(() => downloadXlsx([...sheets, aboutSheet(view, page)], view.data.title, page.title, range))}>
                Excel: this page
              </button>
            </li>
          )}
          {sheets.map((sheet) => (
            <li key={sheet.name}>
              <button type="button" onClick={done(() => downloadCsv(sheet, view.data.title, range))}>
                CSV: {sheet.name}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function useClosing(box: { current: HTMLElement | null }, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>("li button")?.focus();
    const away = (event: Event) => !box.current?.contains(event.target as Node) && close();
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      close();
      box.current?.querySelector<HTMLElement>("button")?.focus();
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("keydown", escape);
    };
  }, [open]);
}
