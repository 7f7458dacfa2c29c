/** A view as the pages get it, for tests. */
import { DARK, LIGHT } from "../src/charts/palette.ts";
import type { Provider } from "../src/data/contract.ts";
import { EmbeddedProvider } from "../src/data/embedded.ts";
import { Metrics } from "../src/data/metrics.ts";
import { Formats } from "../src/format/numbers.ts";
import { START, type State } from "../src/state/hash.ts";
import { currencyOf, periodsOf, queryOf } from "../src/state/query.ts";
import type { View } from "../src/view.ts";
import type { Sample } from "../sample/reports.ts";

export async function viewOf({ data, cube }: Sample, change: Partial<State> = {}, dark = false): Promise<View> {
  const state = { ...START, ...change };
  const provider: Provider = new EmbeddedProvider(data, cube);
  const periods = periodsOf(data, state)!;
  const query = queryOf(data, state, periods);
  return {
    data, provider, state, periods, query, answer: await provider.query(query), metrics: new Metrics(data.metrics),
    formats: new Formats("en", currencyOf(data, state)), palette: dark ? DARK : LIGHT,
    campaigns: new Map(data.campaigns.map((one) => [one.id, one])), compared: query.previous !== null, change: () => undefined,
  };
}
