// Asks Microsoft's report validator and M parser: one JSON line in, one JSON line out.
//
// The validator fetches the JSON schemas that a project names. Here they are answered from the folder given as the
// first argument, so nothing leaves the machine; a schema that is not there ends as PBIR_SCHEMA_UNREACHABLE.
import { readFileSync } from "node:fs";
import https from "node:https";
import path from "node:path";
import readline from "node:readline";
import { Readable } from "node:stream";
import { getMetadataProvider, locateReport, runReportValidation } from "@microsoft/powerbi-report-authoring-cli";
import powerquery from "@microsoft/powerquery-parser";

const schemas = path.resolve(process.argv[2]);
const PUBLISHED = "/json-schemas/";

function schemaText(url) {
  const name = decodeURIComponent(new URL(url).pathname);
  const file = name.startsWith(PUBLISHED)
    ? path.join(schemas, name.slice(PUBLISHED.length))
    : path.join(schemas, "reportTheme", path.posix.basename(name));
  if (!path.resolve(file).startsWith(schemas + path.sep)) return null;
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

https.get = (url, _options, answer) => {
  const text = schemaText(url);
  const response = Readable.from(text === null ? [] : [text], { encoding: "utf8", objectMode: true });
  response.setEncoding = () => response;
  response.statusCode = text === null ? 404 : 200;
  response.headers = {};
  queueMicrotask(() => answer(response));
  return { on() { return this; }, destroy() {} };
};

async function judgeReport(report) {
  const provider = await getMetadataProvider();
  const { reportDir, defDir } = locateReport(report);
  const summary = await runReportValidation({ reportDir, defDir, provider, skipSchema: false });
  return Object.entries(summary.diagnostics ?? {}).flatMap(([code, group]) =>
    group.items.map((item) => ({
      code,
      severity: group.severity,
      message: item.message,
      file: item.file ? path.relative(reportDir, item.file) : "",
      path: item.path ?? "",
    })),
  );
}

// Names that an expression uses and nobody declares: not itself, not the model, not the language.
function unknownNames(nodes, known) {
  const all = [...nodes.values()];
  const named = (kind, part) => all.filter((node) => node.kind === kind).map((node) => node[part].literal);
  const declared = new Set([...known, "_", ...named("IdentifierPairedExpression", "key"), ...named("Parameter", "name")]);
  return [...new Set(named("IdentifierExpression", "identifier"))].filter((name) => !declared.has(name));
}

async function judgeExpressions({ expressions, known }) {
  const { TaskUtils, DefaultSettings } = powerquery;
  const findings = [];
  for (const [name, text] of Object.entries(expressions)) {
    const task = await TaskUtils.tryLexParse(DefaultSettings, text);
    if (!TaskUtils.isParseStageOk(task)) {
      findings.push({ code: "M_SYNTAX", name, message: String(task.error?.message ?? task.resultKind) });
      continue;
    }
    for (const lost of unknownNames(task.nodeIdMapCollection.astNodeById, known)) {
      findings.push({ code: "M_UNKNOWN", name, message: `nothing is called ${lost}` });
    }
  }
  return findings;
}

const answers = { report: judgeReport, expressions: judgeExpressions };
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [[kind, subject]] = Object.entries(JSON.parse(line));
  let answer;
  try {
    answer = { findings: await answers[kind](subject) };
  } catch (error) {
    answer = { error: `${error.code ?? error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
