/** Links to what the numbers mean. */
import { toPage, writeHash } from "../state/hash.ts";
import { metricOf, useView } from "../view.ts";

export function Definitions({ names }: { names: string[] }) {
  const view = useView();
  return (
    <p class="definitions">
      <span class="sr">Definitions: </span>
      {names.map((name) => (
        <a key={name} href={writeHash({ ...toPage(view.state, "method"), pick: name })} title={metricOf(view, name).definition}>
          {metricOf(view, name).label}
        </a>
      ))}
    </p>
  );
}
