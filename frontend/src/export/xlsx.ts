/**
 * A small workbook writer: sheets with formats, a frozen bold header and a filter. Texts are stored as texts (inline
 * strings), so none can become a formula. The parts are put into a ZIP without compression (ECMA-376, PKZIP 6.3).
 */
import { dayNumber, isIsoDay } from "../format/days.ts";
import type { Cell, Sheet, SheetColumn } from "./sheet.ts";

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const MOST_ROWS = 1_048_575;
/** Days from Excel's day 0 (30 December 1899) to 1970-01-01. */
const EXCEL_EPOCH = 25_569;

const FORMATS = ["General", "#,##0", "#,##0.0", "#,##0.00", "0%", "0.0%", "0.00%", '0.00"×"', "yyyy-mm-dd"];

/** Style of a column: its place in cellXfs; bold for the header and the total. */
function style({ unit, decimals = 2 }: SheetColumn, bold: boolean): number {
  const places = Math.min(2, decimals);
  const format = { text: 0, date: 8, multiple: 7, percent: 4 + places, count: 1, decimal: 1 + places, money: 3 }[unit];
  return format + (bold ? FORMATS.length : 0);
}

/** Letters of a column, counted from 0. */
export function letters(place: number): string {
  return place < 26 ? String.fromCharCode(65 + place) : letters(Math.floor(place / 26) - 1) + letters(place % 26);
}

/** Text as XML; what XML cannot hold is left out. */
export function escape(text: string): string {
  // eslint-disable-next-line no-control-regex
  const allowed = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "");
  return allowed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function cell(value: Cell, column: SheetColumn, address: string, bold: boolean): string {
  if (value === null || (typeof value === "number" && !Number.isFinite(value))) return "";
  const look = style(column, bold);
  if (typeof value === "number") return `<c r="${address}" s="${look}"><v>${value}</v></c>`;
  if (column.unit === "date" && isIsoDay(value)) return `<c r="${address}" s="${look}"><v>${dayNumber(value) + EXCEL_EPOCH}</v></c>`;
  const kept = escape([...value].slice(0, 32_000).join(""));
  return `<c r="${address}" s="${bold ? FORMATS.length : 0}" t="inlineStr"><is><t xml:space="preserve">${kept}</t></is></c>`;
}

function sheetXml(sheet: Sheet): string {
  const rows = sheet.rows.slice(0, MOST_ROWS);
  const line = (cells: Cell[], row: number, bold: boolean, columns: SheetColumn[]) =>
    `<row r="${row}">${cells.map((value, i) => cell(value, columns[i]!, letters(i) + row, bold)).join("")}</row>`;
  const header = line(sheet.columns.map((column) => column.label), 1, true, sheet.columns.map((column) => ({ ...column, unit: "text" })));
  const body = rows.map((row, i) => line(row, i + 2, !!sheet.total && i === rows.length - 1, sheet.columns)).join("");
  const widths = sheet.columns.map((column, i) => `<col min="${i + 1}" max="${i + 1}" width="${column.unit === "text" ? 32 : 15}" customWidth="1"/>`).join("");
  const filtered = rows.length - (sheet.total ? 1 : 0) + 1;
  return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths}</cols><sheetData>${header}${body}</sheetData><autoFilter ref="A1:${letters(sheet.columns.length - 1)}${filtered}"/></worksheet>`;
}

/** Names that Excel takes: 31 letters, none of its signs, each once. */
export function sheetNames(sheets: Sheet[]): string[] {
  const taken = new Set<string>();
  return sheets.map(({ name }, i) => {
    const plain = name.replace(/[[\]:*?/\\']/g, " ").trim().slice(0, 28) || `Sheet ${i + 1}`;
    const unique = taken.has(plain.toLowerCase()) ? `${plain} ${i + 1}` : plain;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

function stylesXml(): string {
  const formats = FORMATS.map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${escape(code)}"/>`).join("");
  const look = (font: number) => FORMATS.map((_, i) => `<xf numFmtId="${i ? 164 + i : 0}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>`).join("");
  const fonts = '<font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>';
  return `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="${FORMATS.length}">${formats}</numFmts><fonts count="2">${fonts}</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="${2 * FORMATS.length}">${look(0)}${look(1)}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
}

/** A workbook of the sheets. */
export function xlsxOf(sheets: Sheet[]): Uint8Array<ArrayBuffer> {
  const names = sheetNames(sheets);
  const part = (i: number) => `xl/worksheets/sheet${i + 1}.xml`;
  const relation = (id: number, type: string, target: string) => `<Relationship Id="rId${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
  const content = (name: string, type: string) => `<Override PartName="/${name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${type}+xml"/>`;
  const files: Array<[string, string]> = [
    ["[Content_Types].xml", `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${content("xl/workbook.xml", "sheet.main")}${content("xl/styles.xml", "styles")}${sheets.map((_, i) => content(part(i), "worksheet")).join("")}</Types>`],
    ["_rels/.rels", `${XML}<Relationships xmlns="${PACKAGE}/relationships">${relation(1, "officeDocument", "xl/workbook.xml")}</Relationships>`],
    ["xl/workbook.xml", `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${names.map((name, i) => `<sheet name="${escape(name)}" sheetId="${i + 1}" r:id="rId${i + 2}"/>`).join("")}</sheets></workbook>`],
    ["xl/_rels/workbook.xml.rels", `${XML}<Relationships xmlns="${PACKAGE}/relationships">${relation(1, "styles", "styles.xml")}${sheets.map((_, i) => relation(i + 2, "worksheet", `worksheets/sheet${i + 1}.xml`)).join("")}</Relationships>`],
    ["xl/styles.xml", stylesXml()],
    ...sheets.map((sheet, i): [string, string] => [part(i), sheetXml(sheet)]),
  ];
  return zip(files.map(([name, content_]) => [name, new TextEncoder().encode(content_)]));
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Fields of a local header (from "version needed" to "extra length") are part of the central one too. */
function zip(files: Array<[string, Uint8Array]>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const index: Uint8Array[] = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const label = new TextEncoder().encode(name);
    const fields = numbers([20, 2], [0x0800, 2], [0, 2], [0, 2], [0x21, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [label.length, 2], [0, 2]);
    parts.push(numbers([0x04034b50, 4]), fields, label, bytes);
    index.push(numbers([0x02014b50, 4], [20, 2]), fields, numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), label);
    offset += 4 + fields.length + label.length + bytes.length;
  }
  const size = index.reduce((sum, one) => sum + one.length, 0);
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2]);
  return joined([...parts, ...index, end]);
}

/** Little-endian numbers: [value, bytes]. */
function numbers(...fields: Array<[number, number]>): Uint8Array {
  return Uint8Array.from(fields.flatMap(([value, width]) => Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** i) % 256)));
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
