/** One cell of a row: an element that is filled anew for every message that it shows. */
import { t } from "@vscode/l10n";
import { isBuiltIn } from "../../../src/protocol/columns.ts";
import type { Row } from "../../../src/protocol/rows.ts";
import { ageText, byteSize, count, fullTime, listTime } from "../format.ts";
import { stateWord } from "../words.ts";

/** What cells depend on besides their row. */
export interface CellContext {
  readonly utc: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export class CellElement {
  readonly field: string;
  readonly element = document.createElement("span");
  readonly #extra: number;
  readonly #text: Text;
  readonly #state: StateParts | undefined;
  #title = "";

  /** @param extra the place of its text among the further ones of a row, -1 when it is not one of them */
  constructor(field: string, at: number, extra: number) {
    this.field = field;
    this.#extra = extra;
    this.element.className = isBuiltIn(field) ? field : "extra";
    this.element.setAttribute("role", "gridcell");
    this.element.setAttribute("aria-colindex", String(at + 1));
    this.#text = document.createTextNode("");
    // What the filter looks into as well.
    if (extra >= 0) this.element.dataset["searched"] = "";
    if (field === "state") this.element.append(...(this.#state = stateParts(this.#text)).nodes);
    else this.element.append(this.#text);
  }

  show(row: Row, context: CellContext): void {
    if (this.#state) {
      showState(this.#state, row);
      return;
    }
    const text = this.#textOf(row, context);
    if (text !== this.#text.data) this.#text.data = text;
    const title = this.#titleOf(row, context, text);
    if (title === this.#title) return;
    this.#title = title;
    this.element.title = title;
  }

  #textOf(row: Row, { utc, now }: CellContext): string {
    if (this.#extra >= 0) return row.extras?.[this.#extra] ?? "";
    switch (this.field) {
      case "time":
        return listTime(row.received, utc, now);
      case "key":
        return row.key;
      case "size":
        return byteSize(row.size);
      case "type":
        return row.type.replace(/^application\//, "");
      case "preview":
        return row.preview;
      case "deliveries":
        return row.deliveryCount >= 0 ? count(row.deliveryCount) : row.redelivered ? t("yes") : "";
      case "age":
        return ageText(now - row.received);
      case "seq":
        return count(row.seq);
      default:
        return "";
    }
  }

  #titleOf(row: Row, { utc }: CellContext, text: string): string {
    switch (this.field) {
      case "time":
      case "age":
        return fullTime(row.received, utc);
      case "size":
        return t("{number} bytes", { number: count(row.size) });
      case "type":
        return row.type;
      case "preview":
      case "seq":
      case "deliveries":
        return "";
      default:
        return text;
    }
  }
}

interface StateParts {
  readonly nodes: readonly Node[];
  readonly icon: HTMLElement;
  readonly word: Text;
  readonly again: HTMLElement;
  readonly sign: Text;
  readonly sentence: Text;
  shown: string;
}

function stateParts(word: Text): StateParts {
  const icon = span("");
  icon.setAttribute("aria-hidden", "true");
  const wordElement = span("word", word);
  const sign = document.createTextNode("");
  const sentence = document.createTextNode("");
  const signElement = span("", sign);
  signElement.setAttribute("aria-hidden", "true");
  const again = span("again", signElement, span("visually-hidden", sentence));
  return { nodes: [icon, wordElement, again], icon, word, again, sign, sentence, shown: "" };
}

/** Delivered before, and how often where the broker counts, behind the state. */
function showState(parts: StateParts, row: Row): void {
  const key = `${row.state} ${row.redelivered} ${row.deliveryCount}`;
  if (key === parts.shown) return;
  parts.shown = key;
  const { word, icon } = stateWord(row.state);
  parts.icon.className = `codicon codicon-${icon}`;
  parts.word.data = word;
  const counted = row.deliveryCount > 0;
  const title = counted
    ? t("Redelivered: delivered {number} times before", { number: count(row.deliveryCount) })
    : t("Redelivered: it was delivered before");
  const again = row.redelivered || counted;
  parts.again.hidden = !again;
  parts.again.title = again ? title : "";
  parts.sentence.data = again ? title : "";
  parts.sign.data = again ? `↻${counted ? count(row.deliveryCount) : ""}` : "";
}

function span(className: string, ...children: readonly Node[]): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.append(...children);
  return element;
}
