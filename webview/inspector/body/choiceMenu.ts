/** The menu in which the user decides how a body is read, where the chain decides otherwise. */
import { t } from "@vscode/l10n";
import { html, nothing, type TemplateResult } from "lit";
import {
  type BodyChoice,
  type BodyTypes,
  encodings,
  type Encoding,
  type Format,
  formats,
} from "../../../src/protocol/body.ts";
import { take } from "../focus.ts";
import type { BodyPanel } from "./bodyPanel.ts";

const charsets = [
  "utf-8",
  "windows-1252",
  "iso-8859-2",
  "iso-8859-15",
  "windows-1250",
  "windows-1251",
  "koi8-r",
  "utf-16le",
  "utf-16be",
  "shift_jis",
  "euc-jp",
  "gb18030",
  "big5",
  "euc-kr",
] as const;

/** A button, and below it the menu while it is open. */
export function choiceMenu(panel: BodyPanel, choice: BodyChoice): TemplateResult {
  const open = panel.menuOpen;
  const chosen = Object.keys(choice).length > 0;
  return html`<span
    class="menu-owner body-choice"
    @keydown=${(event: KeyboardEvent) => {
      if (open) onKey(event, panel);
    }}
    @focusout=${(event: FocusEvent) => {
      const owner = event.currentTarget;
      const to = event.relatedTarget;
      if (owner instanceof Element && to instanceof Node && !owner.contains(to)) panel.closeMenu();
    }}
  >
    <button
      class="choice-button ${chosen ? "on" : ""}"
      aria-haspopup="dialog"
      aria-expanded=${open}
      title=${t("How the bodies of this source are read")}
      @click=${(event: Event) => {
        panel.toggleMenu();
        focusFirst(event.currentTarget);
      }}
    >
      <span>${chosen ? t("Read as {choice}", { choice: summary(choice) }) : t("Read automatically")}</span>
      <span class="codicon codicon-chevron-down" aria-hidden="true"></span>
    </button>
    ${open ? dialog(panel, choice) : nothing}
  </span>`;
}

function dialog(panel: BodyPanel, choice: BodyChoice): TemplateResult {
  const { format } = choice;
  const isText = format === undefined || format === "json" || format === "xml" || format === "text";
  return html`<div class="choice-dialog" role="dialog" aria-label=${t("How the bodies of this source are read")}>
    ${field(
      "encoding",
      t("Packed with"),
      select("encoding", choice.encoding, encodings, encodingWord, (encoding) => {
        panel.choose(changed(choice, "encoding", encoding));
      }),
    )}
    ${field(
      "format",
      t("Format"),
      select("format", format, formats, formatWord, (next) => {
        // A message or schema belongs to its format.
        panel.choose(changed(changed(choice, "type", undefined), "format", next));
      }),
    )}
    ${
      isText
        ? field(
            "charset",
            t("Charset"),
            select(
              "charset",
              choice.charset,
              charsets,
              (word) => word,
              (charset) => {
                panel.choose(changed(choice, "charset", charset));
              },
            ),
          )
        : nothing
    }
    ${format === "protobuf" || format === "avro" ? typeField(panel, choice, format) : nothing}
    <p class="note">${t("Kept for this source.")}</p>
    ${
      Object.keys(choice).length > 0
        ? html`<button
            class="link"
            @click=${(event: Event) => {
              panel.choose({});
              leave(event.currentTarget, panel);
            }}
          >
            ${t("Leave all to the chain again")}
          </button>`
        : nothing
    }
  </div>`;
}

function typeField(panel: BodyPanel, choice: BodyChoice, format: "protobuf" | "avro"): TemplateResult {
  const { types } = panel;
  if (!types) return html`<p class="note">${t("Looking for schema files…")}</p>`;
  const offered = types[format];
  const none = format === "protobuf" ? t("The workspace has no .proto file.") : t("The workspace has no .avsc file.");
  return html`${
    offered.length === 0
      ? html`<p class="note">${none}</p>`
      : field(
          "type",
          format === "protobuf" ? t("Message") : t("Schema"),
          select(
            "type",
            choice.type,
            offered.map(({ id }) => id),
            (id) => labelOf(types, format, id),
            (type) => {
              panel.choose(changed(choice, "type", type));
            },
            format === "protobuf" ? t("None: by number") : t("The one that fits"),
          ),
        )
  }
  ${types.problems.map((problem) => html`<p class="note problem">${problem}</p>`)}`;
}

function field(name: string, label: string, control: TemplateResult): TemplateResult {
  return html`<div class="field"><label for="choice-${name}">${label}</label>${control}</div>`;
}

function select<T extends string>(
  name: string,
  chosen: T | undefined,
  values: readonly T[],
  word: (value: T) => string,
  choose: (value: T | undefined) => void,
  automatic = t("Automatic"),
): TemplateResult {
  return html`<select
    id="choice-${name}"
    @change=${(event: Event) => {
      if (event.target instanceof HTMLSelectElement) choose(values[event.target.selectedIndex - 1]);
    }}
  >
    <option ?selected=${chosen === undefined}>${automatic}</option>
    ${values.map((value) => html`<option ?selected=${value === chosen}>${word(value)}</option>`)}
  </select>`;
}

type Part = keyof BodyChoice;

/** The choice with one part of it decided anew; absent = the chain decides it. */
function changed<K extends Part>(choice: BodyChoice, part: K, value: BodyChoice[K] | undefined): BodyChoice {
  const others = Object.fromEntries(Object.entries(choice).filter(([each]) => each !== part));
  return value === undefined ? others : { ...others, [part]: value };
}

function summary({ encoding, format, charset, type }: BodyChoice): string {
  const name = type?.split("#").at(-1)?.split("/").at(-1);
  return [encoding && encodingWord(encoding), format && formatWord(format), charset, name]
    .filter((word) => word !== undefined)
    .join(" · ");
}

function labelOf(types: BodyTypes, format: "protobuf" | "avro", id: string): string {
  const type = types[format].find((each) => each.id === id);
  return type ? t("{name} ({file})", { name: type.name, file: type.file }) : id;
}

function encodingWord(encoding: Encoding): string {
  return encoding === "none" ? t("not packed") : encoding;
}

function formatWord(format: Format): string {
  const words: Readonly<Record<Format, string>> = {
    json: "JSON",
    xml: "XML",
    text: t("Text"),
    msgpack: "MessagePack",
    cbor: "CBOR",
    protobuf: "Protobuf",
    avro: "Avro",
    image: t("Image"),
    hex: t("Bytes"),
  };
  return words[format];
}

function focusFirst(button: EventTarget | null): void {
  requestAnimationFrame(() => {
    if (!(button instanceof Element)) return;
    button.parentElement?.querySelector<HTMLElement>(".choice-dialog select")?.focus();
  });
}

function onKey(event: KeyboardEvent, panel: BodyPanel): void {
  if (event.key === "Escape") {
    take(event);
    leave(event.currentTarget, panel);
  }
}

/** Closes the menu; the focus goes back to its button. */
function leave(inside: EventTarget | null, panel: BodyPanel): void {
  const owner = inside instanceof Element ? inside.closest(".body-choice") : null;
  owner?.querySelector<HTMLElement>(".choice-button")?.focus();
  panel.closeMenu();
}
