/** Writes sample reports to dist/sample/, to look at and to measure: `npm run build && npm run sample [name ...]`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SAMPLES } from "./reports.ts";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..");
const script = readFileSync(join(dist, "payback.js"), "utf8").replaceAll("</script", "<\\/script");
const style = readFileSync(join(dist, "payback.css"), "utf8");
mkdirSync(here, { recursive: true });
const wanted = process.argv.slice(2);
for (const [name, make] of Object.entries(SAMPLES)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const { data, cube } = make();
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Sample</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"><style>${style}</style></head><body><div id="app"></div>
<script type="application/json" id="report-data">${json}</script><script type="text/plain" id="report-cube">${cube}</script><script>${script}</script></body></html>`;
  writeFileSync(join(here, `${name}.html`), page);
  console.log(`${name}.html ${Math.round(page.length / 1024)} kB, cube ${Math.round(cube.length / 1024)} kB`);
}
