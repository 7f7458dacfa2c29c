import { ofMetric, money, text } from "../../export/sheet.ts";
import { withoutIsolates } from "../../format/names.ts";
import { NoData, NotesLink } from "../../shell/Notices.tsx";
import { type Page, type View, metricOf, total, useView } from "../../view.ts";
import { type Action, actions } from "./actions.ts";
import { BridgeChart, bridgeSheet } from "./BridgeChart.tsx";
import { CARDS, Cards } from "./Cards.tsx";
import { coverage, story } from "./story.ts";
import { TrendChart, trendSheet } from "./TrendChart.tsx";

function Story() {
  const view = useView();
  return (
    <p class="story" aria-live="polite">
      {story(view).map((sentence, i) => (
        <span key={i}>
          {sentence.map((words, j) => (words.strong ? <strong key={j} class={words.tone ?? ""}><bdi>{words.text}</bdi></strong> : words.text))}{" "}
        </span>
      ))}
      {coverage(view) && <span class="aside-note">{coverage(view)}</span>}
    </p>
  );
}

function Actions() {
  const view = useView();
  const found = actions(view);
  return (
    <section class="card actions" aria-labelledby="actions-title">
      <h3 id="actions-title">Worth looking at first</h3>
      <p class="subtitle">by the money at stake in this period; figures, not forecasts</p>
      {found.length ? <ol>{found.map((one) => <ActionLine key={one.title} action={one} view={view} />)}</ol> : <p class="note">Nothing stands out in this period.</p>}
    </section>
  );
}

function ActionLine({ action, view }: { action: Action; view: View }) {
  return (
    <li>
      <span class={`stake ${action.tone}`}>{view.formats.rounded(action.stake)}</span>
      <span class="action-words">
        {action.campaign === null ? (
          <strong>{action.title}</strong>
        ) : (
          <button type="button" class="link" onClick={() => view.change({ page: "campaigns", sort: "", columns: [], pick: "", open: action.campaign })}>
            <bdi>{action.title}</bdi>
          </button>
        )}
        <span>{action.why}</span>
      </span>
    </li>
  );
}

function Body() {
  const view = useView();
  if (!view.data.first_day) return <NoData />;
  return (
    <>
      <Story />
      <Cards />
      <div class="grid two-one">
        <TrendChart />
        <BridgeChart />
      </div>
      <Actions />
      <NotesLink />
    </>
  );
}

function figures(view: View) {
  const rows = CARDS.map((name) => [metricOf(view, name).label, view.metrics.now(total(view), name), view.metrics.before(total(view), name)]);
  return { name: "Figures", columns: [text("Metric"), { ...ofMetric(metricOf(view, "roas")), label: "Value", unit: "decimal" as const, decimals: 4 }, { label: "Before", unit: "decimal" as const, decimals: 4 }], rows };
}

export const summary: Page = {
  id: "summary",
  title: "Summary",
  about: "What happened, and why.",
  filtered: true,
  Body,
  sheets: (view) => [
    figures(view),
    trendSheet(view),
    bridgeSheet(view),
    { name: "Worth looking at", columns: [text("What"), text("Why"), money("At stake")], rows: actions(view, 50).map((one) => [withoutIsolates(one.title), one.why, one.stake]) },
  ],
};
