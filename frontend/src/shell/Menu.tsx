/** The pages. Links, so that they open in a new tab too. */
import { PAGES } from "../pages/registry.ts";
import { toPage, writeHash } from "../state/hash.ts";
import { type Page, useView } from "../view.ts";

export function Menu({ page }: { page: Page }) {
  const { state } = useView();
  return (
    <nav class="menu" aria-label="Pages">
      <ul>
        {PAGES.map((one) => (
          <li key={one.id}>
            <a href={writeHash(toPage(state, one.id))} aria-current={one.id === page.id ? "page" : undefined}>
              {one.title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
