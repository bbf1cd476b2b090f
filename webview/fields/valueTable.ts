import { LitElement, type TemplateResult, html, nothing } from "lit";
import { t } from "@vscode/l10n";
import { type Header, type ScalarType, type Value, scalarTypes } from "../../src/broker/values.ts";
import { type TableProblem, tableProblem, valueProblem } from "../../src/protocol/valueProblems.ts";
import { named } from "./named.ts";

type Type = Value["type"];
type Path = readonly number[];

const types: readonly Type[] = [...scalarTypes, "table", "array"];

/**
 * `<mq-table>`: typed name and value pairs, nested ones as rows inside rows. Fires `change` with the new `entries`.
 * Enter in a row adds the next one.
 */
export class ValueTable extends LitElement {
  static override readonly properties = {
    label: {},
    entries: { attribute: false },
    problem: { attribute: false },
  };

  /** What it holds, for those who hear it: "Headers". */
  declare label: string;
  declare entries: readonly Header[];
  /** What somebody else found wrong. What it finds itself is shown as well. */
  declare problem: TableProblem | undefined;
  #own: TableProblem | undefined;

  constructor() {
    super();
    this.label = "";
    this.entries = [];
    this.problem = undefined;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** The row with the problem, else the button that adds one. */
  override focus(): void {
    const row = this.problem && this.#row(this.problem.path);
    const part = this.problem?.part === "value" ? ".row-value" : ".row-name";
    const target = row?.querySelector<HTMLElement>(part) ?? this.querySelector<HTMLElement>(".row-add");
    target?.focus();
  }

  protected override render(): TemplateResult {
    this.#own = tableProblem(this.entries);
    return html`<div role="group" aria-label=${this.label}>${this.#entries(this.entries, [])}</div>`;
  }

  #entries(entries: readonly Header[], path: Path): TemplateResult {
    return html`
      ${entries.map(({ name, value }, index) => this.#entry(value, [...path, index], name))}
      ${this.#addButton(path, path.length === 0 ? t("Add row") : t("Add row inside"))}
    `;
  }

  #items(items: readonly Value[], path: Path): TemplateResult {
    return html`
      ${items.map((value, index) => this.#entry(value, [...path, index], undefined))}
      ${this.#addButton(path, t("Add item"))}
    `;
  }

  #addButton(path: Path, label: string): TemplateResult {
    return html`<vscode-button class="row-add" appearance="secondary" @click=${() => this.#add(path)}
      ><span slot="start" class="codicon codicon-add" aria-hidden="true"></span>${label}</vscode-button
    >`;
  }

  /** `name` is undefined for an item of an array. */
  #entry(value: Value, path: Path, name: string | undefined): TemplateResult {
    const position = (path.at(-1) ?? 0) + 1;
    const problem = this.#problemAt(value, path);
    return html`
      <div class="row" data-path=${path.join(".")} @keydown=${(event: KeyboardEvent) => this.#onKey(event, path)}>
        ${
          name === undefined
            ? html`<span class="row-name row-position">${position}</span>`
            : html`<vscode-text-field
                class="row-name"
                ${named(t("Name of row {position}", { position }))}
                aria-invalid=${problem?.part === "name"}
                placeholder=${t("name")}
                .value=${name}
                @input=${(event: Event) => this.#set(path, (entry) => ({ ...entry, name: textIn(event) }))}
              ></vscode-text-field>`
        }
        <vscode-dropdown
          class="row-type"
          aria-label=${t("Type of row {position}", { position })}
          .value=${value.type}
          @change=${(event: Event) =>
            this.#set(path, (entry) => ({ ...entry, value: converted(entry.value, textIn(event) as Type) }))}
        >
          ${types.map((each) => html`<vscode-option value=${each}>${each}</vscode-option>`)}
        </vscode-dropdown>
        ${this.#value(value, path, position, problem?.part === "value")}
        <vscode-button
          class="row-remove"
          appearance="icon"
          aria-label=${t("Remove row {position}", { position })}
          @click=${() => this.#remove(path)}
          ><span class="codicon codicon-trash" aria-hidden="true"></span
        ></vscode-button>
      </div>
      ${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem.sentence}</p>`}
      ${value.type === "table" ? html`<div class="nested">${this.#entries(value.entries, path)}</div>` : nothing}
      ${value.type === "array" ? html`<div class="nested">${this.#items(value.items, path)}</div>` : nothing}
    `;
  }

  #value(value: Value, path: Path, position: number, invalid: boolean): TemplateResult {
    const label = t("Value of row {position}", { position });
    const change = (event: Event): void => {
      this.#set(path, (entry) => ({ ...entry, value: { type: value.type as ScalarType, value: textIn(event) } }));
    };
    switch (value.type) {
      case "table":
        return html`<span class="row-value row-inside">${t("{count} inside", { count: value.entries.length })}</span>`;
      case "array":
        return html`<span class="row-value row-inside">${t("{count} inside", { count: value.items.length })}</span>`;
      case "null":
        return html`<span class="row-value row-inside">${t("no value")}</span>`;
      case "boolean":
        return html`<vscode-dropdown class="row-value" aria-label=${label} .value=${value.value} @change=${change}>
          <vscode-option value="true">true</vscode-option>
          <vscode-option value="false">false</vscode-option>
        </vscode-dropdown>`;
      default:
        // A line of text would swallow its line ends.
        return value.value.includes("\n")
          ? html`<vscode-text-area class="row-value" rows="3" ${named(label)} .value=${value.value} @input=${change}>
            </vscode-text-area>`
          : html`<vscode-text-field
              class="row-value"
              ${named(label)}
              aria-invalid=${invalid}
              placeholder=${placeholders[value.type] ?? ""}
              .value=${value.value}
              @input=${change}
            ></vscode-text-field>`;
    }
  }

  /** What is wrong in this very row. A row just added is not scolded before something is in it. */
  #problemAt(value: Value, path: Path): TableProblem | undefined {
    if (this.problem && same(this.problem.path, path)) return this.problem;
    const untouched = "value" in value && value.value === "";
    if (this.#own && !untouched && same(this.#own.path, path)) return this.#own;
    if (!("value" in value) || value.value === "") return undefined;
    const sentence = valueProblem(value.type, value.value);
    return sentence === undefined ? undefined : { path, part: "value", sentence };
  }

  #onKey(event: KeyboardEvent, path: Path): void {
    const { target } = event;
    const inText = target instanceof Element && target.matches("vscode-text-field");
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !inText) return;
    event.preventDefault();
    event.stopPropagation();
    this.#add(path.slice(0, -1));
  }

  #add(inside: Path): void {
    const fresh: Value = { type: "string", value: "" };
    this.#change(insideAt(this.entries, inside, (list) => [...list, { name: "", value: fresh }]));
    const count = countAt(this.entries, inside);
    void this.updateComplete.then(() => {
      const row = this.#row([...inside, count - 1]);
      (
        row?.querySelector<HTMLElement>("vscode-text-field.row-name") ?? row?.querySelector<HTMLElement>(".row-value")
      )?.focus();
    });
  }

  #remove(path: Path): void {
    const at = path.at(-1) ?? 0;
    const inside = path.slice(0, -1);
    this.#change(insideAt(this.entries, inside, (list) => list.filter((_, index) => index !== at)));
    void this.updateComplete.then(() => {
      const next = this.#row([...inside, Math.min(at, countAt(this.entries, inside) - 1)]);
      (next?.querySelector<HTMLElement>(".row-remove") ?? this.querySelector<HTMLElement>(".row-add"))?.focus();
    });
  }

  #set(path: Path, change: (entry: Header) => Header): void {
    const at = path.at(-1) ?? 0;
    this.#change(
      insideAt(this.entries, path.slice(0, -1), (list) =>
        list.map((entry, index) => (index === at ? change(entry) : entry)),
      ),
    );
  }

  #change(entries: readonly Header[]): void {
    this.entries = entries;
    this.problem = undefined;
    this.dispatchEvent(new Event("change"));
  }

  #row(path: Path): HTMLElement | null {
    return this.querySelector(`[data-path="${path.join(".")}"]`);
  }
}

customElements.define("mq-table", ValueTable);

const placeholders: Partial<Record<Type, string>> = {
  timestamp: "1750000000",
  bytes: "aGVsbG8=",
  decimal: "12.34",
  int32: "42",
  int64: "42",
  double: "3.14",
};

/** The entries of the table, or the items of the array, that `path` leads to, changed; items have no name. */
function insideAt(
  entries: readonly Header[],
  path: Path,
  change: (list: readonly Header[]) => readonly Header[],
): readonly Header[] {
  const [at, ...rest] = path;
  if (at === undefined) return change(entries);
  return entries.map((entry, index) => {
    if (index !== at) return entry;
    const inner = insideAt(listOf(entry.value), rest, change);
    return { ...entry, value: withList(entry.value, inner) };
  });
}

function listOf(value: Value): readonly Header[] {
  if (value.type === "table") return value.entries;
  return value.type === "array" ? value.items.map((item) => ({ name: "", value: item })) : [];
}

function withList(value: Value, list: readonly Header[]): Value {
  if (value.type === "table") return { type: "table", entries: list };
  return value.type === "array" ? { type: "array", items: list.map((each) => each.value) } : value;
}

function countAt(entries: readonly Header[], path: Path): number {
  let list = entries;
  for (const at of path) {
    const entry = list[at];
    list = entry ? listOf(entry.value) : [];
  }
  return list.length;
}

function converted(value: Value, type: Type): Value {
  const before = "value" in value ? value.value : "";
  switch (type) {
    case "table":
      return value.type === "table" ? value : { type, entries: [] };
    case "array":
      return value.type === "array" ? value : { type, items: [] };
    case "null":
      return { type, value: "" };
    case "boolean":
      return { type, value: before === "false" || before === "0" ? "false" : "true" };
    default:
      return { type, value: before };
  }
}

function same(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function textIn(event: Event): string {
  return (event.currentTarget as HTMLInputElement).value;
}
