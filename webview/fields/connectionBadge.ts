import { t } from "@vscode/l10n";
import { type TemplateResult, html, nothing } from "lit";
import { environmentLabel } from "../../src/protocol/environmentLabel.ts";
import type { ConnectionBadge } from "../../src/protocol/common.ts";

/** The connection's name with what it is for, so that nobody mistakes production for a test, and whether it is locked. */
export function connectionBadge({ name, environment, readOnly }: ConnectionBadge): TemplateResult {
  return html`<span class="connection"
    ><span class="codicon codicon-plug" aria-hidden="true"></span>${name}${
      environment === undefined
        ? nothing
        : html`<span class="environment ${environment}">${environmentLabel(environment)}</span>`
    }${
      readOnly
        ? html`<span class="read-only" title=${t("Changes are refused. To allow them, run “MQ: Allow Changes”.")}
            ><span class="codicon codicon-lock" aria-hidden="true"></span>${t("read-only")}</span
          >`
        : nothing
    }</span
  >`;
}

/** Gives the page the colour of what the connection is for: it may have been labelled otherwise since it was opened. */
export function wearColour({ environment }: ConnectionBadge): void {
  const { dataset } = document.body;
  const colour = environment ?? "";
  if (dataset["environment"] !== colour) dataset["environment"] = colour;
}
