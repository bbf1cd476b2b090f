/** The list of messages: its rows, columns and header, and what they ask of the host. */
import { t } from "@vscode/l10n";
import type { ColumnLayout } from "../../src/protocol/columns.ts";
import type { InspectorHostCalls, InspectorViewCalls, Summary } from "../../src/protocol/inspector.ts";
import type { Peer } from "../../src/protocol/peer.ts";
import { placeOfRows, unpackRows } from "../../src/protocol/rows.ts";
import { Columns } from "./columns/columns.ts";
import { HeaderControl } from "./columns/headerControl.ts";
import { count } from "./format.ts";
import { ListElement } from "./listElement.ts";
import { MessageList } from "./messageList.ts";
import { RowElements, type RowLook } from "./rowElements.ts";

export interface ListPartOwner {
  /** Something is to be drawn anew. */
  changed(): void;
  /** Only rows are to be drawn. */
  moved(): void;
  announce(sentence: string): void;
  failed(error: unknown): void;
}

export class ListPart {
  readonly list: MessageList;
  readonly element: ListElement;
  readonly columns: Columns;
  readonly header: HeaderControl;
  readonly #peer: Peer<InspectorViewCalls, InspectorHostCalls>;
  readonly #owner: ListPartOwner;
  readonly #rows = new RowElements();
  #look: RowLook | undefined;
  #isSorting = false;
  #reorders = 0;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor(root: HTMLElement, peer: Peer<InspectorViewCalls, InspectorHostCalls>, owner: ListPartOwner) {
    this.#peer = peer;
    this.#owner = owner;
    const changed = (): void => {
      owner.changed();
    };
    const announce = (sentence: string): void => {
      owner.announce(sentence);
    };
    const failed = (error: unknown): void => {
      owner.failed(error);
    };
    this.list = new MessageList({
      rows: async (range, anchor) => {
        const fields = this.columns.extras;
        const packed = await peer.call("rows", {
          ...range,
          ...(anchor && { anchor }),
          ...(fields.length > 0 && { fields }),
        });
        return { from: placeOfRows(packed), rows: unpackRows(packed) };
      },
      changed,
      moved: () => {
        owner.moved();
      },
      failed,
      rangeCut: (rows) => {
        announce(t("Only {rows} rows can be selected one by one.", { rows: count(rows) }));
      },
    });
    this.columns = new Columns({
      save: (layout, everywhere) => peer.call("setLayout", { layout, everywhere }),
      knownFields: () => peer.call("knownFields"),
      sorted: () => {
        this.#reorder();
      },
      fieldsChanged: () => {
        this.list.refetch();
      },
      changed,
      announce,
      failed,
    });
    this.header = new HeaderControl(root, this.columns, this.#rows, {
      changed,
      announce,
      leave: () => {
        this.element.focus();
      },
    });
    this.element = new ListElement(this.list, this.#rows, (width) => {
      this.columns.setWidth(width);
      owner.changed();
    });
  }

  restore(layout: ColumnLayout): void {
    this.columns.restore(layout);
    if (layout.sort) this.list.reorder(true);
  }

  update(summary: Summary): void {
    this.list.update(summary);
    const isSorting = summary.sorting === true;
    // Until now it stood as before.
    if (this.#isSorting && !isSorting) this.#reorder();
    this.#isSorting = isSorting;
  }

  /** Follows the newest; a list that is sorted is brought back into the order of arrival for it. */
  setFollow(follow: boolean): void {
    if (follow) this.columns.setSort(undefined);
    this.list.setFollow(follow);
  }

  /** After the page was drawn, or when only other rows are in view. @returns whether other texts are shown now */
  draw(): boolean {
    const isOther = this.#rows.draw(this.list, this.#lookNow());
    this.element.afterDraw();
    this.#tick();
    return isOther;
  }

  /** The same object while nothing is another one: rows that have not changed are not drawn then. */
  #lookNow(): RowLook {
    const { shown: columns, version, extras } = this.columns;
    const { utc } = this.columns.layout;
    const look = this.#look;
    const step = columns.some(({ field }) => field === "age") ? 1000 : 60_000;
    const now = Math.floor(Date.now() / step) * step;
    if (look?.utc === utc && look.now === now && look.version === version && look.extras === extras) return look;
    return (this.#look = { columns, version, extras, utc, now });
  }

  /** Ages grow by themselves. */
  #tick(): void {
    const isNeeded = this.columns.shown.some(({ field }) => field === "age");
    if (isNeeded === (this.#ticking !== undefined)) return;
    clearInterval(this.#ticking);
    this.#ticking = isNeeded
      ? setInterval(() => {
          this.#owner.moved();
        }, 1000)
      : undefined;
  }

  #reorder(): void {
    const { list } = this;
    list.reorder(this.columns.sort !== undefined);
    const seq = list.current?.seq;
    if (seq === undefined) return;
    const asked = ++this.#reorders;
    this.#peer.call("locate", { seq }).then(
      (index) => {
        if (index >= 0 && asked === this.#reorders) list.moveCurrent({ seq, index });
      },
      (error: unknown) => {
        this.#owner.failed(error);
      },
    );
  }
}
