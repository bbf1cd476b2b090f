import { LitElement, type TemplateResult, html, nothing } from "lit";
import { t } from "@vscode/l10n";

let last = 0;

/**
 * `<mq-combo>`: a line of text with suggestions to complete from; any other text is as good. Fires `input` with the new
 * `value`. The toolkit has no such control.
 */
export class Combo extends LitElement {
  static override readonly properties = {
    label: {},
    value: {},
    suggestions: { attribute: false },
    placeholder: {},
    invalid: { type: Boolean },
    required: { type: Boolean },
    _open: { state: true },
    _active: { state: true },
  };

  declare label: string;
  declare value: string;
  declare suggestions: readonly string[];
  declare placeholder: string;
  declare invalid: boolean;
  declare required: boolean;
  declare _open: boolean;
  declare _active: number;
  readonly #id = `combo-${(last++).toString()}`;
  /** Everything is offered until something is typed: a chosen value must not hide the others. */
  #typed = false;

  constructor() {
    super();
    this.label = "";
    this.value = "";
    this.suggestions = [];
    this.placeholder = "";
    this.invalid = false;
    this.required = false;
    this._open = false;
    this._active = -1;
  }

  /** The page's own styles and ids hold inside. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override focus(): void {
    this.querySelector("input")?.focus();
  }

  protected override render(): TemplateResult {
    const shown = this.#shown();
    const open = this._open && shown.length > 0;
    return html`
      <label class="label" for=${this.#id}>${this.label}${this.required ? " *" : nothing}</label>
      <div class="combo-box">
        <input
          id=${this.#id}
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck="false"
          aria-autocomplete="list"
          aria-expanded=${open}
          aria-controls=${`${this.#id}-list`}
          aria-activedescendant=${open && this._active >= 0 ? `${this.#id}-${this._active}` : nothing}
          aria-invalid=${this.invalid}
          aria-required=${this.required}
          placeholder=${this.placeholder}
          .value=${this.value}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
          @blur=${this.#close}
        />
        <button
          type="button"
          class="combo-open codicon codicon-chevron-down"
          tabindex="-1"
          aria-label=${t("Suggestions for {label}", { label: this.label })}
          @mousedown=${this.#onButton}
        ></button>
        <ul id=${`${this.#id}-list`} role="listbox" aria-label=${this.label} ?hidden=${!open}>
          ${shown.map((each, index) => this.#option(each, index))}
        </ul>
      </div>
    `;
  }

  #option(text: string, index: number): TemplateResult {
    return html`<li
      id=${`${this.#id}-${index}`}
      role="option"
      aria-selected=${index === this._active}
      @mousedown=${(event: Event) => {
        // Before blur: the field keeps the focus.
        event.preventDefault();
        this.#choose(text);
      }}
    >
      ${text}
    </li>`;
  }

  #shown(): readonly string[] {
    if (!this.#typed) return this.suggestions;
    const wanted = this.value.toLowerCase();
    return this.suggestions.filter((each) => each.toLowerCase().includes(wanted)).slice(0, 100);
  }

  readonly #onInput = (event: Event): void => {
    this.value = (event.currentTarget as HTMLInputElement).value;
    this.#typed = true;
    this._open = true;
    this._active = -1;
    // The input's own event bubbles to whoever listens here.
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const shown = this.#shown();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this._active = this._open ? (this._active + step + shown.length) % Math.max(shown.length, 1) : 0;
      this._open = true;
      void this.updateComplete.then(() => {
        this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
      });
      return;
    }
    if (!this._open || event.ctrlKey || event.metaKey) return;
    const active = shown[this._active];
    if (event.key === "Enter" && active !== undefined) this.#choose(active);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #onButton = (event: Event): void => {
    event.preventDefault();
    this.focus();
    this.#typed = false;
    this._open = !this._open;
  };

  readonly #close = (): void => {
    this._open = false;
    this._active = -1;
    this.#typed = false;
  };

  #choose(text: string): void {
    this.value = text;
    this.#close();
    this.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

customElements.define("mq-combo", Combo);
