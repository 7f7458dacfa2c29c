/**
 * Builds the bundle: `node build.mjs` writes dist/payback.js and dist/payback.css; `--tests` bundles the unit tests
 * for `node --test`, `--sample` the generator of sample reports. One classic script, so that it runs from file://.
 */
import { build } from "esbuild";
import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(here, ...parts);
const common = { bundle: true, logLevel: "warning", charset: "utf8", absWorkingDir: here, jsx: "automatic", jsxImportSource: "preact" };

async function pages() {
  await build({
    ...common,
    entryPoints: { payback: at("src", "main.tsx"), "payback-images": at("src", "images.ts") },
    outdir: at("dist"),
    format: "iife",
    target: ["chrome100", "firefox113", "safari16.4"],
    minify: !process.argv.includes("--readable"),
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  for (const name of ["payback.js", "payback.css", "payback-images.js"]) {
    console.log(`dist/${name}: ${Math.round(statSync(at("dist", name)).size / 1024)} kB`);
  }
}

/** Bundles programs for Node. */
async function programs(entryPoints, outdir) {
  rmSync(outdir, { recursive: true, force: true });
  await build({ ...common, entryPoints, outdir, format: "esm", platform: "node", target: "node20", outExtension: { ".js": ".mjs" } });
}

if (process.argv.includes("--tests")) {
  const tests = readdirSync(at("tests")).filter((name) => name.endsWith(".test.ts"));
  await programs(tests.map((name) => at("tests", name)), at("dist", "tests"));
} else if (process.argv.includes("--sample")) {
  await programs([at("sample", "make.ts")], at("dist", "sample"));
} else {
  await pages();
}
