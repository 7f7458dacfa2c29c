/** What a page says where it has nothing to show, and what a reader should know before reading on. */
import type { ComponentChildren } from "preact";
import { useView } from "../view.ts";

export function NoData() {
  return (
    <Empty title="There is no campaign data yet">
      <p>Load a report of an ad platform or of web analytics, then make the report anew:</p>
      <pre tabIndex={0}>payback load campaigns.csv{"\n"}payback run{"\n"}payback report</pre>
      <p>A file needs a day, a campaign and a cost; revenue, conversions, clicks and impressions make it richer. <code>payback demo</code> shows everything with made-up data.</p>
    </Empty>
  );
}

export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card message">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

export function Warnings() {
  const { data } = useView();
  if (!data.warnings.length) return null;
  return (
    <ul class="warnings" aria-label="To know">
      {data.warnings.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}
