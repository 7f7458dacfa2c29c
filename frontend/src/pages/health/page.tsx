import type { ReportData } from "../../data/contract.ts";
import { count, date, decimal, text, type Sheet } from "../../export/sheet.ts";
import { NO_CURRENCY, currencyName } from "../../format/numbers.ts";
import { Empty, RunNotes } from "../../shell/Notices.tsx";
import { SheetTable } from "../../shell/SheetTable.tsx";
import { type Page, useView } from "../../view.ts";
import { Accounts } from "./Accounts.tsx";
import { Feeds } from "./Feeds.tsx";

const SEVERITIES = { reject: "turned away", flag: "kept and flagged", note: "noted" } as const;

function ruleSheet(data: ReportData): Sheet {
  const rows = [...data.rules].sort((a, b) => b.rows - a.rows).map((one) => [one.rule || one.reason, one.rows, SEVERITIES[one.severity] ?? one.severity, one.gate, one.table_name, one.cost, one.revenue, one.currency === NO_CURRENCY ? "not stated" : one.currency, one.reason]);
  return { name: "Rules that rows broke", columns: [text("Rule"), count("Rows"), text("They were"), text("At"), text("Table"), decimal("Cost"), decimal("Revenue"), text("Currency"), text("Code")], rows };
}

function accountSheet(data: ReportData): Sheet {
  const rows = data.rows.map((one) => [one.table, one.currency, one.rows_read, one.rejected_at_loading, one.rejected_at_cleaning, one.rows_merged, one.rows_clean, one.cost_in, one.cost_clean, one.cost_rejected, one.revenue_in, one.revenue_clean, one.revenue_rejected]);
  return { name: "Row accounts", columns: [text("Table"), text("Currency"), count("Rows in"), count("Rejected at loading"), count("Rejected at cleaning"), count("Merged"), count("Clean"), decimal("Cost in"), decimal("Cost clean"), decimal("Cost rejected"), decimal("Revenue in"), decimal("Revenue clean"), decimal("Revenue rejected")], rows };
}

function revisionSheet(data: ReportData): Sheet {
  const rows = data.revisions.map((one) => [one.day, one.source, one.account, one.report, one.at.slice(0, 10), one.rows_before, one.rows_after, one.cost_before, one.cost_after, one.revenue_before, one.revenue_after]);
  return { name: "Revisions", columns: [date("Day"), text("Source"), text("Account"), text("Report"), date("Replaced on"), count("Rows before"), count("Rows after"), decimal("Cost before"), decimal("Cost after"), decimal("Revenue before"), decimal("Revenue after")], rows };
}

function feedSheet(data: ReportData): Sheet {
  const rows = data.feeds.map((one) => [one.source, one.account, one.report, one.first_day, one.last_day, one.days, one.missing_days, one.rows, one.loaded_at.slice(0, 10), Object.entries(one.flags).map(([flag, days]) => `${flag}: ${days} days`).join(", ")]);
  return { name: "Feeds", columns: [text("Source"), text("Account"), text("Report"), date("First day"), date("Last day"), count("Days"), count("Missing days"), count("Rows"), date("Loaded on"), text("Flags")], rows };
}

function Section({ title, about, sheet, empty }: { title: string; about: string; sheet: Sheet; empty: string }) {
  const id = `section-${title.toLowerCase().replaceAll(" ", "-")}`;
  return (
    <section class="card" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <p class="subtitle">{about}</p>
      {sheet.rows.length ? <SheetTable sheet={sheet} /> : <p class="note">{empty}</p>}
    </section>
  );
}

function Body() {
  const { data } = useView();
  if (!data.rows.length && !data.feeds.length && !data.first_day) {
    return (
      <Empty title="Nothing was loaded yet">
        <p>This page shows where every row went: read, clean, turned away and why. Load a file and run:</p>
        <pre tabIndex={0}>payback load campaigns.csv{"\n"}payback run{"\n"}payback report</pre>
      </Empty>
    );
  }
  return (
    <>
      <Accounts />
      <Section title="Rules that rows broke" about="payback rejected shows the rows themselves, with file and line" sheet={ruleSheet(data)} empty={data.rows.length ? "No row broke a rule." : "The report brought no row accounts."} />
      <Feeds />
      <RunNotes />
      <Section title="Revised days" about="days whose figures the source changed after they were first loaded" sheet={revisionSheet(data)} empty="No loaded day was changed later." />
      <Run />
    </>
  );
}

function Run() {
  const { data, formats } = useView();
  const facts: Array<[string, string]> = [
    ["Report made", formats.moment(data.created_at)],
    ["Run", data.run_id || "not recorded"],
    ["Version", data.version],
    ["Campaign days", data.first_day && data.last_day ? formats.range({ start: data.first_day, end: data.last_day }) : "none"],
    ["Currencies", data.currencies.map(currencyName).join(", ") || "none"],
    ["Sources", data.sources.join(", ") || "none"],
  ];
  return (
    <section class="card">
      <h3>This report</h3>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export const health: Page = {
  id: "health",
  title: "Data health",
  about: "Where every row went.",
  filtered: false,
  Body,
  sheets: ({ data }) => [accountSheet(data), ruleSheet(data), feedSheet(data), revisionSheet(data)],
};
