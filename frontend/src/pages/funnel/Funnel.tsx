/** Bars of each step. Their lengths follow the logarithm, since real steps differ by factors of a thousand. */
import { decimal, share, text, type Sheet } from "../../export/sheet.ts";
import { daysBetween } from "../../format/days.ts";
import { Change } from "../../shell/Change.tsx";
import { Definitions } from "../../shell/Definitions.tsx";
import { SheetTable } from "../../shell/SheetTable.tsx";
import { type View, metricOf, useView } from "../../view.ts";
import { type FunnelStep, sessionDays, sessionsFit, steps } from "./steps.ts";

export function funnelSheet(view: View): Sheet {
  const rows = steps(view).map((step) => [step.label, step.now, step.before, step.rate, step.rateBefore, step.rateOf]);
  return { name: "Funnel", columns: [text("Step"), decimal("Number"), decimal("Number before"), share("Rate", 2), share("Rate before", 2), text("Rate of")], rows };
}

function width(step: FunnelStep, largest: number): number {
  return step.now && step.now > 0 && largest > 1 ? Math.max(4, (100 * Math.log10(1 + step.now)) / Math.log10(1 + largest)) : 0;
}

function Step({ step, largest }: { step: FunnelStep; largest: number }) {
  const view = useView();
  const { formats, palette } = view;
  const metric = step.name === "sessions" ? { ...metricOf(view, "clicks"), label: "Sessions" } : metricOf(view, step.name);
  const rate = metricOf(view, step.name === "conversions" ? "cvr" : "ctr");
  return (
    <li>
      {step.rateOf && (
        <p class="funnel-rate">
          <span aria-hidden="true">↓ </span>
          {step.rate === null ? "rate not known" : <b>{step.name === "sessions" ? formats.number(step.rate, 2, 2) : formats.percent(step.rate, step.rate < 0.1 ? 2 : 1)}</b>} {step.rateOf} <Change metric={rate} now={step.rate} before={step.rateBefore} />
        </p>
      )}
      <div class="funnel-step">
        <span class="funnel-label">{step.label}</span>
        <span class="funnel-bar" aria-hidden="true">
          <i style={{ width: `${width(step, largest)}%`, background: palette.revenue }} />
        </span>
        <span class="funnel-value" title={formats.full(metric, step.now)}>
          {formats.short(metric, step.now)} <Change metric={metric} now={step.now} before={step.before} />
        </span>
      </div>
    </li>
  );
}

/** Why the sessions are not among the steps. */
function SessionsNote() {
  const view = useView();
  const { data, periods, formats } = view;
  if (!data.traffic) return <p class="note">Sessions are missing: load web analytics (GA4) to see what happens between click and conversion.</p>;
  if (!sessionsFit(view)) return <p class="note">Sessions are left out: they carry no campaign and no country.</p>;
  const [known, all] = [sessionDays(view, periods.now), daysBetween(periods.now.start, periods.now.end)];
  if (known === all) return null;
  return (
    <p class="note">
      Sessions are left out: web analytics covers {formats.number(known)} of the {formats.number(all)} days.
    </p>
  );
}

export function Funnel() {
  const view = useView();
  const found = steps(view);
  const largest = Math.max(...found.map((step) => step.now ?? 0), 1);
  return (
    <section class="card chart" aria-labelledby="funnel-title">
      <h3 id="funnel-title">From impression to conversion</h3>
      <p class="subtitle">length of a bar: the logarithm of its number; read the rates</p>
      <ol class="funnel">
        {found.map((step) => (
          <Step key={step.name} step={step} largest={largest} />
        ))}
      </ol>
      <SessionsNote />
      <footer class="chart-foot">
        <details class="twin">
          <summary>Numbers<span class="sr"> of the funnel</span></summary>
          <SheetTable sheet={funnelSheet(view)} />
        </details>
        <Definitions names={["ctr", "cvr"]} />
      </footer>
    </section>
  );
}
