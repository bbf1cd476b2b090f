import type { Completion, TimeRange } from "../../../src/protocol/filter.ts";
import { take } from "../focus.ts";
import { Completer } from "./completer.ts";
import { type FilterStore, SavedFilterList } from "./savedFilterList.ts";

export interface FilterOwner {
  readonly store: FilterStore;
  /** The one before is given up. */
  apply(text: string, range: TimeRange | undefined): void;
  changed(): void;
  announce(sentence: string): void;
  /** The user is done with the field. */
  leave(): void;
}

/** What stands open below the field. */
export type FilterPopover = "saved" | "help";

/** The field of the filter: what is in it, what may be put there, and what is open below it. Each change is applied at once. */
export class FilterBox {
  readonly completer: Completer;
  readonly saved: SavedFilterList;
  readonly #owner: FilterOwner;
  #text = "";
  #range: TimeRange | undefined;
  #popover: FilterPopover | undefined;
  #input: HTMLInputElement | undefined;

  constructor(owner: FilterOwner) {
    this.#owner = owner;
    const changed = (): void => {
      owner.changed();
    };
    this.completer = new Completer({ complete: (at) => owner.store.call("complete", at), changed });
    this.saved = new SavedFilterList({
      store: owner.store,
      changed,
      announce: (sentence) => {
        owner.announce(sentence);
      },
    });
  }

  get text(): string {
    return this.#text;
  }

  /** Only what arrived in it is shown. */
  get range(): TimeRange | undefined {
    return this.#range;
  }

  get popover(): FilterPopover | undefined {
    return this.#popover;
  }

  /** What the host has applied already. */
  restore(text: string, range: TimeRange | undefined): void {
    this.#text = text;
    this.#range = range;
  }

  bind(input: Element | undefined): void {
    this.#input = input instanceof HTMLInputElement ? input : undefined;
  }

  type(text: string, caret: number): void {
    if (text === "") this.completer.close();
    else this.completer.typed(text, caret);
    this.#set(text);
  }

  /** Puts this text in the place of what is there. */
  replace(text: string): void {
    this.#closePopover();
    this.completer.close();
    this.#write(text, text.length);
    this.#input?.focus();
  }

  /** Puts an example into the field, besides what is there. */
  add(example: string): void {
    const before = this.#text.trim();
    this.replace(before === "" ? example : `${before} and ${example}`);
  }

  setRange(range: TimeRange | undefined): void {
    if (range?.from === this.#range?.from && range?.to === this.#range?.to) return;
    this.#range = range;
    this.#owner.apply(this.#text, range);
    this.#owner.changed();
  }

  /** Shows everything again. */
  clear(): void {
    this.completer.close();
    if (this.#text === "" && !this.#range) return;
    this.#range = undefined;
    this.#write("", 0, true);
  }

  choose(completion: Completion): void {
    const { insert, from, to } = completion;
    const caret = from + insert.length;
    const text = this.#text.slice(0, from) + insert + this.#text.slice(to);
    this.completer.close();
    this.#write(text, caret);
    // After a name comes its value.
    this.completer.typed(text, caret);
  }

  press(event: KeyboardEvent): void {
    if (event.isComposing || !this.#onKey(event)) return;
    take(event);
  }

  blur(): void {
    this.completer.close();
  }

  toggle(popover: FilterPopover): void {
    const open = this.#popover !== popover;
    this.#closePopover();
    if (!open) return;
    this.#popover = popover;
    if (popover === "saved") void this.saved.load();
    this.#owner.changed();
  }

  closePopover(): void {
    this.#closePopover();
    this.#owner.changed();
  }

  /** @returns whether the key was for us */
  #onKey(event: KeyboardEvent): boolean {
    const { completer } = this;
    const { chosen } = completer;
    const open = completer.shown.length > 0;
    switch (event.key) {
      case " ":
        if (!event.ctrlKey) return false;
        this.#openCompletions();
        return true;
      case "ArrowDown":
        if (open) completer.move(1);
        else this.#openCompletions();
        return true;
      case "ArrowUp":
        if (open) completer.move(-1);
        return open;
      case "Enter":
        if (chosen) this.choose(chosen);
        else completer.close();
        return true;
      case "Tab":
        if (!chosen || event.shiftKey) return false;
        this.choose(chosen);
        return true;
      case "Escape":
        if (open) completer.close();
        else if (this.#text === "") this.#owner.leave();
        else this.#write("", 0);
        return true;
      default:
        return false;
    }
  }

  #openCompletions(): void {
    this.completer.open(this.#text, this.#input?.selectionStart ?? this.#text.length);
  }

  #write(text: string, caret: number, always = false): void {
    if (this.#input) {
      this.#input.value = text;
      this.#input.setSelectionRange(caret, caret);
    }
    this.#set(text, always);
  }

  #set(text: string, always = false): void {
    if (text === this.#text && !always) return;
    this.#text = text;
    this.#owner.apply(text, this.#range);
    this.#owner.changed();
  }

  #closePopover(): void {
    this.#popover = undefined;
  }
}
