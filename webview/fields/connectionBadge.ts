import { type TemplateResult, html, nothing } from "lit";
import { environmentLabel } from "../../src/protocol/environmentLabel.ts";
import type { ConnectionBadge } from "../../src/protocol/common.ts";

/** The connection's name with what it is for, so that nobody mistakes production for a test. */
export function connectionBadge({ name, environment }: ConnectionBadge): TemplateResult {
  return html`<span class="connection"
    ><span class="codicon codicon-plug" aria-hidden="true"></span>${name}${
      environment === undefined
        ? nothing
        : html`<span class="environment ${environment}">${environmentLabel(environment)}</span>`
    }</span
  >`;
}
