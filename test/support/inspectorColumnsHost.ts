/** The part of the made-up host that has to do with columns: their texts, and the order of the list. */
import { type ColumnCalls, type ColumnLayout, defaultLayout, type Sort } from "../../src/protocol/columns.ts";
import type { Handlers } from "../../src/protocol/peer.ts";
import { ackStates, type Row } from "../../src/protocol/rows.ts";

export interface ColumnsOwner {
  row(seq: number): Row;
  changed(): Promise<void>;
}

export class FakeColumns {
  layout: ColumnLayout = defaultLayout;
  everywhere: ColumnLayout | undefined;
  readonly #owner: ColumnsOwner;
  #sorting = false;

  constructor(owner: ColumnsOwner) {
    this.#owner = owner;
  }

  readonly handlers: Handlers<ColumnCalls> = {
    setLayout: ({ layout, everywhere }) => {
      const isSorted = layout.sort?.field !== this.layout.sort?.field;
      this.layout = layout;
      if (everywhere) this.everywhere = layout;
      if (isSorted) void this.#owner.changed();
    },
    knownFields: () => ({
      headers: ["header.tenant", "header.trace.id"],
      properties: ["correlationId", "messageId", "priority"],
      paths: ["$.customer.name", "$.order", "$.total"],
    }),
  };

  get sort(): Sort | undefined {
    return this.#sorting ? undefined : this.layout.sort;
  }

  get summary(): { readonly sorting?: boolean } {
    return this.#sorting ? { sorting: true } : {};
  }

  /** As if it took long. */
  async setSorting(sorting: boolean): Promise<void> {
    this.#sorting = sorting;
    await this.#owner.changed();
  }

  extras(seq: number, fields: readonly string[]): readonly string[] {
    return fields.map((field) => textOf(seq, field));
  }

  sorted(seqs: readonly number[]): readonly number[] {
    const { sort } = this;
    if (!sort) return seqs;
    const values = new Map(seqs.map((seq) => [seq, this.#valueOf(seq, sort.field)]));
    const sign = sort.descending ? -1 : 1;
    return seqs.toSorted((a, b) => {
      const [left = 0, right = 0] = [values.get(a), values.get(b)];
      return left === right ? a - b : left < right ? -sign : sign;
    });
  }

  #valueOf(seq: number, field: string): number | string {
    const row = this.#owner.row(seq);
    switch (field) {
      case "size":
        return row.size;
      case "time":
        return row.received;
      case "state":
        return ackStates.indexOf(row.state);
      case "key":
        return row.key;
      case "type":
        return row.type;
      default:
        return textOf(seq, field);
    }
  }
}

function textOf(seq: number, field: string): string {
  switch (field) {
    case "header.tenant":
      return `tenant-${seq % 4}`;
    case "correlationId":
      return `3f6c2b1e-${String(seq).padStart(8, "0")}`;
    case "$.customer.name":
      return ["Ann O’Neil", "Zoë", "<b>Bo</b>", "李雷"][seq % 4] ?? "";
    case "$.total":
      return (seq * 1.25).toFixed(2);
    case "exchange":
      return "orders";
    case "position":
      return String(10_000 + seq);
    default:
      return seq % 3 === 0 ? "" : `${field} ${seq}`;
  }
}
