import { t } from "@vscode/l10n";
import { html, type TemplateResult } from "lit";
import type { BodyStep } from "../../../src/protocol/body.ts";

/** How the bytes became what is shown: each step, and why one failed. */
export function chainView(steps: readonly BodyStep[]): TemplateResult {
  return html`<ol class="chain steps" aria-label=${t("How the body was decoded")}>
    ${steps.map(({ outcome, sentence }) => {
      const { icon, word } = looks[outcome]();
      return html`<li class=${outcome}>
        <span class="codicon codicon-${icon}" role="img" aria-label=${word} title=${word}></span
        ><span>${sentence}</span>
      </li>`;
    })}
  </ol>`;
}

const looks: Readonly<Record<BodyStep["outcome"], () => { readonly icon: string; readonly word: string }>> = {
  ok: () => ({ icon: "check", word: t("Done") }),
  failed: () => ({ icon: "warning", word: t("Attention") }),
  skipped: () => ({ icon: "circle-slash", word: t("Passed over") }),
};
