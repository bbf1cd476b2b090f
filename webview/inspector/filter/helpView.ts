import { t } from "@vscode/l10n";
import { html, type TemplateResult } from "lit";
import { examples } from "./examples.ts";
import type { FilterBox } from "./filterBox.ts";

/** The language by examples, each of which can be tried. */
export function helpView(box: FilterBox): TemplateResult {
  return html`<p class="popover-title">${t("What can be written here: choose one to try it.")}</p>
    <ul class="examples">
      ${examples().map(
        ({ filter, meaning }) =>
          html`<li>
            <button
              data-item
              @click=${() => {
                box.add(filter);
              }}
            >
              <code>${filter}</code><span>${meaning}</span>
            </button>
          </li>`,
      )}
    </ul>
    <p class="popover-note">
      ${t("Ctrl+Space shows what can stand at the caret, with the names in these messages.")}
    </p>`;
}
