/** The pages. Links, so that they open in a new tab too. */
import { useEffect, useRef } from "preact/hooks";
import { PAGES } from "../pages/registry.ts";
import { toPage, writeHash } from "../state/hash.ts";
import { type Page, useView } from "../view.ts";

export function Menu({ page }: { page: Page }) {
  const { state } = useView();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>("[aria-current]");
    if (list.current && current) list.current.scrollLeft = current.offsetLeft - list.current.clientWidth / 2 + current.clientWidth / 2;
  }, [page]);
  return (
    <nav class="menu" aria-label="Pages">
      <ul ref={list}>
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
