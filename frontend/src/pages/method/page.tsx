import { useEffect } from "preact/hooks";
import { text, type Sheet } from "../../export/sheet.ts";
import { FLAGS } from "../campaigns/flags.ts";
import { type Page, type View, useView } from "../../view.ts";

/** Words of the pages that are no metric. */
const GLOSSARY: Array<[string, string]> = [
  ["Previous period", "As many days as the chosen period has, just before it. Month, quarter and year to date are compared with the same days from the start of the month, quarter or year before."],
  ["Same days last year", "The same dates, one year earlier, as many days as the period has."],
  ["Mean of seven days", "The mean of a day and the six before it. Of a ratio: the sum of the seven days over the sum of the seven days."],
  ["Break-even", "Revenue equals cost: ROAS 1, ROI 0%."],
  ["Spend and return", "Profit is cost × (ROAS − 1). Its change is split into (cost now − cost before) × (ROAS before − 1), what more or less spend did, and cost now × (ROAS now − ROAS before), what a better or weaker return did. The two add up to the change."],
  ["Worth looking at", "Campaigns ranked by money of the period: what a losing campaign lost, what a weaker return missed, what a cut in spend left at the same return. No model stands behind it."],
  ["Dash", "A value that is not known, or a division by zero. It is never a zero."],
];

/** Heading of the entries of the method that hold for every metric. */
const RULE = "Rule";

function glossary(view: View): Array<[string, string]> {
  return [...GLOSSARY, ...Object.values(FLAGS).map((flag): [string, string] => [`Flag: ${flag.label}`, flag.meaning]), ...Object.entries(view.data.verdicts).map(([name, meaning]): [string, string] => [`Verdict: ${name}`, meaning])];
}

function metricSheet(view: View): Sheet {
  return { name: "Metrics", columns: [text("Metric"), text("Formula"), text("Meaning"), text("Good news")], rows: view.metrics.all.map((metric) => [metric.label, metric.formula, metric.definition, metric.better === "neutral" ? "neither" : metric.better]) };
}

/** Scrolls to the term that a link named. */
function useTerm(pick: string): void {
  useEffect(() => {
    const term = pick ? document.getElementById(`metric-${pick}`) : null;
    term?.scrollIntoView({ block: "center" });
    term?.focus({ preventScroll: true });
  }, [pick]);
}

function Metrics() {
  const { metrics, state, data } = useView();
  return (
    <section class="card" aria-labelledby="metrics-title">
      <h3 id="metrics-title">Every metric</h3>
      <ul class="plain-list">
        {data.method.filter((one) => one.heading === RULE).map(({ text: rule }) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
      <dl class="terms double">
        {metrics.all.map((metric) => (
          <div key={metric.name} id={`metric-${metric.name}`} tabIndex={-1} class={state.pick === metric.name ? "picked" : ""}>
            <dt>{metric.label}</dt>
            <dd>
              <code>{metric.formula}</code>
              <span>{metric.definition}</span>
              <span class="note">{metric.better === "neutral" ? "More is neither good nor bad." : `${metric.better === "higher" ? "More" : "Less"} is better.`}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Body() {
  const view = useView();
  const { data, formats } = view;
  useTerm(view.state.pick);
  return (
    <>
      <Metrics />
      <section class="card" aria-labelledby="method-title">
        <h3 id="method-title">How sure it is, and what it does not say</h3>
        {data.method.filter((one) => one.heading !== RULE).map((one) => (
          <div key={one.heading} class="prose">
            <h4>{one.heading}</h4>
            <p>{one.text}</p>
          </div>
        ))}
        <div class="prose">
          <h4>Parameters</h4>
          <p>
            Confidence of the intervals: {formats.percent(data.confidence, 0)}. Target of ROI: {formats.percent(data.target_roi, 0)}, which is a ROAS of {formats.multiple(1 + data.target_roi)}.
          </p>
        </div>
      </section>
      <section class="card" aria-labelledby="glossary-title">
        <h3 id="glossary-title">Words</h3>
        <dl class="terms">
          {glossary(view).map(([term, meaning]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>
                <span>{meaning}</span>
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

export const method: Page = {
  id: "method",
  title: "Method",
  about: "What every number means.",
  filtered: false,
  Body,
  sheets: (view) => [metricSheet(view), { name: "Words", columns: [text("Word"), text("Meaning")], rows: glossary(view) }],
};
