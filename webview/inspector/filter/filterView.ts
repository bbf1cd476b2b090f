/** The field of the filter with all that belongs to it. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { ref } from "lit/directives/ref.js";
import type { Completion, FilterMistake } from "../../../src/protocol/filter.ts";
import type { Summary } from "../../../src/protocol/inspector.ts";
import type { FilterBox } from "./filterBox.ts";
import { helpView } from "./helpView.ts";
import { mistakeMark, mistakeView } from "./mistakeView.ts";
import { popoverOwner } from "./popover.ts";
import { savedView } from "./savedView.ts";

/** @param range the chosen range of time in words; undefined = any time */
export function filterView(box: FilterBox, summary: Summary, range: string | undefined): TemplateResult {
  const { filterMistake: mistake, filterNote: note } = summary;
  return html`<div class="filter">
    <div class="filter-line">
      <div class="filter-main">
        <div class="filter-box ${mistake ? "wrong" : ""}">
          <span
            class="codicon codicon-${summary.searching ? "loading codicon-modifier-spin" : "filter"}"
            aria-hidden="true"
          ></span>
          <div class="filter-field">${mistake ? mistakeMark(box.text, mistake) : nothing} ${field(box, mistake)}</div>
          ${box.text === "" ? nothing : clearButton(box)}
        </div>
        ${popoverOwner(box, "saved", { icon: "bookmark", label: t("Saved filters") }, () => savedView(box, !mistake))}
        ${popoverOwner(box, "help", { icon: "question", label: t("What can be written here?") }, () => helpView(box))}
      </div>
      ${range === undefined ? nothing : rangeChip(range, box)}
    </div>
    <div role="status">${note === undefined ? nothing : html`<p class="filter-note">${note}</p>`}</div>
    <div class="filter-below">
      <div role="status" id="filter-mistake">${mistake ? mistakeView(box.text, mistake) : nothing}</div>
      ${completionList(box)}
    </div>
  </div>`;
}

function field(box: FilterBox, mistake: FilterMistake | undefined): TemplateResult {
  const { completer } = box;
  const open = completer.shown.length > 0;
  return html`<input
    id="filter"
    type="text"
    role="combobox"
    autocomplete="off"
    autocapitalize="off"
    spellcheck="false"
    aria-label=${t("Filter")}
    aria-autocomplete="list"
    aria-expanded=${open}
    aria-controls="filter-completions"
    aria-activedescendant=${completer.chosen ? optionId(completer.active) : nothing}
    aria-invalid=${mistake !== undefined}
    aria-describedby=${mistake ? "filter-mistake" : nothing}
    placeholder=${t("Filter (/), for example: paid key:order.* size > 10kb")}
    .value=${live(box.text)}
    ${ref((element) => {
      box.bind(element);
    })}
    @input=${(event: InputEvent) => {
      const input = event.currentTarget;
      if (input instanceof HTMLInputElement) box.type(input.value, input.selectionStart ?? input.value.length);
    }}
    @keydown=${(event: KeyboardEvent) => {
      box.press(event);
    }}
    @blur=${() => {
      box.blur();
    }}
    @scroll=${(event: Event) => {
      // The mark of a mistake stays below its place.
      const input = event.currentTarget;
      const mark = input instanceof HTMLInputElement ? input.parentElement?.querySelector(".mistake-mark") : null;
      if (mark && input instanceof HTMLInputElement) mark.scrollLeft = input.scrollLeft;
    }}
  />`;
}

function clearButton(box: FilterBox): TemplateResult {
  return html`<button
    class="small-icon"
    title=${t("Clear the filter (Escape)")}
    aria-label=${t("Clear the filter (Escape)")}
    @click=${() => {
      box.replace("");
    }}
  >
    <span class="codicon codicon-close" aria-hidden="true"></span>
  </button>`;
}

function rangeChip(range: string, box: FilterBox): TemplateResult {
  return html`<span class="range-chip">
    <span class="codicon codicon-history" aria-hidden="true"></span>
    <span class="range-text">${range}</span>
    <button
      class="small-icon"
      title=${t("Show any time")}
      aria-label=${t("Show any time")}
      @click=${() => {
        box.setRange(undefined);
      }}
    >
      <span class="codicon codicon-close" aria-hidden="true"></span>
    </button>
  </span>`;
}

function completionList(box: FilterBox): TemplateResult {
  const { shown, active } = box.completer;
  return html`<ul
    id="filter-completions"
    class="completions"
    role="listbox"
    aria-label=${t("What can stand here")}
    ?hidden=${shown.length === 0}
  >
    ${shown.map((completion, index) => option(box, completion, index, index === active))}
  </ul>`;
}

function option(box: FilterBox, completion: Completion, index: number, active: boolean): TemplateResult {
  return html`<li
    id=${optionId(index)}
    role="option"
    aria-selected=${active}
    ${ref((element) => {
      if (active) element?.scrollIntoView({ block: "nearest" });
    })}
    @mousedown=${(event: Event) => {
      // The field keeps the focus.
      event.preventDefault();
      box.choose(completion);
    }}
  >
    <span class="completion">${completion.label}</span> <span class="completion-detail">${completion.detail}</span>
  </li>`;
}

function optionId(index: number): string {
  return `filter-completion-${index}`;
}
