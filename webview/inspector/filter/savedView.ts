import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import type { SavedFilter } from "../../../src/protocol/filter.ts";
import type { FilterBox } from "./filterBox.ts";

/** The saved filters, and a name for the present one. @param valid whether the present one is without a mistake */
export function savedView(box: FilterBox, valid: boolean): TemplateResult {
  const { filters, problem } = box.saved;
  return html`<p class="popover-title">${t("Filters saved in this workspace")}</p>
    ${filters?.length ? list(box, filters) : nothing}
    ${filters?.length === 0 ? html`<p class="popover-note">${t("There are none yet.")}</p>` : nothing}
    ${form(box, valid)} ${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem}</p>`}`;
}

function list(box: FilterBox, filters: readonly SavedFilter[]): TemplateResult {
  return html`<ul class="saved">
    ${filters.map(
      (saved) =>
        html`<li>
          <button
            data-item
            title=${saved.text}
            @click=${() => {
              box.replace(saved.text);
            }}
            @keydown=${(event: KeyboardEvent) => {
              if (event.key === "Delete") remove(event.currentTarget, box, saved.name);
            }}
          >
            <span class="saved-name">${saved.name}</span><code>${saved.text}</code>
          </button>
          <button
            class="small-icon"
            title=${t("Remove “{name}” (Delete)", { name: saved.name })}
            aria-label=${t("Remove “{name}” (Delete)", { name: saved.name })}
            @click=${(event: Event) => {
              remove(event.currentTarget, box, saved.name);
            }}
          >
            <span class="codicon codicon-trash" aria-hidden="true"></span>
          </button>
        </li>`,
    )}
  </ul>`;
}

/** What has the focus goes: it stays in the popover. */
function remove(target: EventTarget | null, box: FilterBox, name: string): void {
  if (target instanceof Element) target.closest<HTMLElement>(".popover")?.focus();
  void box.saved.remove(name);
}

function form(box: FilterBox, valid: boolean): TemplateResult {
  const text = box.text.trim();
  if (text === "") return html`<p class="popover-note">${t("Type a filter to save it here.")}</p>`;
  if (!valid)
    return html`<p class="popover-note">${t("The filter has a mistake: it can be saved when that is mended.")}</p>`;
  return html`<form
    class="save"
    @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      const target = event.currentTarget;
      const input = target instanceof HTMLFormElement ? target.querySelector("input") : null;
      if (!input) return;
      void box.saved.save({ name: input.value, text }).then((saved) => {
        if (saved) input.value = "";
      });
    }}
  >
    <label for="filter-name">${t("Save the present one as")}</label>
    <span class="save-line">
      <input id="filter-name" type="text" maxlength="100" autocomplete="off" placeholder=${t("Name")} />
      <button class="save-button">${t("Save")}</button>
    </span>
  </form>`;
}
