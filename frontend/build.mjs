/**
 * Builds the bundle: `node build.mjs` writes dist/payback.js and dist/payback.css; `--tests` bundles the unit tests
 * and runs them, `--sample` bundles the generator of sample reports. One classic script, so that it runs from file://.
 * `--out FOLDER` writes elsewhere than to dist/.
 */
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(here, ...parts);
const option = process.argv.indexOf("--out");
const out = (...parts) => join(option < 0 ? at("dist") : resolve(process.argv[option + 1]), ...parts);
/** Stands at the head of each script, and so, packed with it, in every report; the texts are in licences/. */
const banner = `/*! With Apache ECharts (c) The Apache Software Foundation, Apache-2.0; parts of d3.js (c) Mike Bostock, BSD-3-Clause;
zrender (c) Baidu Inc., BSD-3-Clause; Preact (c) Jason Miller, MIT; tslib (c) Microsoft Corporation, 0BSD.
The texts of the licences come with Payback. */`;
const common = { bundle: true, logLevel: "warning", charset: "utf8", absWorkingDir: here, jsx: "automatic", jsxImportSource: "preact" };

async function pages() {
  await build({
    ...common,
    entryPoints: { payback: at("src", "main.tsx"), "payback-images": at("src", "images.ts") },
    outdir: out(),
    format: "iife",
    target: ["chrome100", "firefox113", "safari16.4"],
    minify: !process.argv.includes("--readable"),
    legalComments: "none",
    banner: { js: banner },
    define: { "process.env.NODE_ENV": '"production"' },
  });
  for (const name of ["payback.js", "payback.css", "payback-images.js"]) {
    console.log(`${name}: ${Math.round(statSync(out(name)).size / 1024)} kB`);
  }
}

/** Bundles programs for Node. */
async function programs(entryPoints, outdir) {
  rmSync(outdir, { recursive: true, force: true });
  await build({ ...common, entryPoints, outdir, format: "esm", platform: "node", target: "node20", outExtension: { ".js": ".mjs" } });
}

if (process.argv.includes("--tests")) {
  const tests = readdirSync(at("tests")).filter((name) => name.endsWith(".test.ts"));
  await programs(tests.map((name) => at("tests", name)), out("tests"));
  const bundled = tests.map((name) => out("tests", name.replace(/\.ts$/, ".mjs")));
  process.exitCode = spawnSync(process.execPath, ["--test", ...bundled], { stdio: "inherit" }).status ?? 1;
} else if (process.argv.includes("--sample")) {
  await programs([at("sample", "make.ts")], out("sample"));
} else {
  await pages();
}
