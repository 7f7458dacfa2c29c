/** The list of keys. */
import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "./useKeys.ts";

export function Help({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="help" onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="note">Everything you choose is kept in the address: copy it to share this view.</p>
      <form method="dialog"><button class="button">Close</button></form>
    </dialog>
  );
}
