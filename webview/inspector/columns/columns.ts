/** The columns of the list as the user has them: which, how wide, in which order, and what the list is sorted by. */
import { t } from "@vscode/l10n";
import {
  type Column,
  type ColumnLayout,
  defaultColumns,
  defaultLayout,
  isExtra,
  type KnownFields,
  mostColumns,
  parseField,
  type Sort,
} from "../../../src/protocol/columns.ts";
import { fitting, leastWidth } from "./columnLook.ts";

export interface ColumnsOwner {
  /** Rejects with a sentence. */
  save(layout: ColumnLayout, everywhere: boolean): Promise<void>;
  knownFields(): Promise<KnownFields>;
  /** The list is in another order. */
  sorted(): void;
  /** Other texts are needed. */
  fieldsChanged(): void;
  /** Something is to be drawn anew. */
  changed(): void;
  announce(sentence: string): void;
  failed(error: unknown): void;
}

/** Where the menu of columns is open, and for which column. */
export interface OpenMenu {
  readonly x: number;
  readonly y: number;
  /** Absent = for all of them. */
  readonly field?: string;
}

const nothingKnown: KnownFields = { headers: [], properties: [], paths: [] };

export class Columns {
  readonly #owner: ColumnsOwner;
  #layout: ColumnLayout = defaultLayout;
  #width = 0;
  #shown: readonly Column[] = defaultColumns;
  #extras: readonly string[] = [];
  #known: KnownFields = nothingKnown;
  #menu: OpenMenu | undefined;
  #problem: string | undefined;
  #version = 0;

  constructor(owner: ColumnsOwner) {
    this.#owner = owner;
  }

  get layout(): ColumnLayout {
    return this.#layout;
  }

  get sort(): Sort | undefined {
    return this.#layout.sort;
  }

  /** Those that there is room for. */
  get shown(): readonly Column[] {
    return this.#shown;
  }

  /** The fields whose texts have to be asked for, in their order. */
  get extras(): readonly string[] {
    return this.#extras;
  }

  /** Rises when cells have to be built anew. */
  get version(): number {
    return this.#version;
  }

  get known(): KnownFields {
    return this.#known;
  }

  get menu(): OpenMenu | undefined {
    return this.#menu;
  }

  /** Why a column could not be added. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** As it was remembered. */
  restore(layout: ColumnLayout): void {
    this.#layout = layout;
    this.#arrange();
  }

  /** The list is so many pixels wide. */
  setWidth(width: number): void {
    if (width === this.#width) return;
    this.#width = width;
    this.#arrange();
  }

  has(field: string): boolean {
    return this.#layout.columns.some((column) => column.field === field);
  }

  toggle(field: string): void {
    if (this.has(field)) this.remove(field);
    else this.add(field);
  }

  /** @returns whether that is a column */
  add(text: string): boolean {
    const field = text.trim();
    this.#problem = undefined;
    if (!parseField(field))
      this.#problem = t(
        "“{text}” is no column. Write header.name, the name of a property such as correlationId, or a path into JSON such as $.customer.name.",
        { text: field },
      );
    else if (this.#layout.columns.length >= mostColumns)
      this.#problem = t("There are {most} columns: remove one first.", { most: mostColumns });
    if (this.#problem !== undefined) {
      this.#owner.changed();
      return false;
    }
    if (this.has(field)) return true;
    const columns = [...this.#layout.columns];
    // The preview stays last: it takes what is left of the width.
    columns.splice(columns.at(-1)?.field === "preview" ? -1 : columns.length, 0, { field });
    this.#setColumns(columns);
    return true;
  }

  remove(field: string): void {
    const columns = this.#layout.columns.filter((column) => column.field !== field);
    if (columns.length === 0) this.#owner.announce(t("The last column stays."));
    else this.#setColumns(columns);
  }

  /** One place further, towards the start when `by` is -1. */
  move(field: string, by: -1 | 1): void {
    const at = this.#layout.columns.findIndex((column) => column.field === field);
    // Those that there is no room for are passed over.
    const visible = this.#shown.map((column) => column.field);
    const next = visible[visible.indexOf(field) + by];
    const to = this.#layout.columns.findIndex((column) => column.field === next);
    if (at >= 0 && to >= 0) this.moveTo(field, to);
  }

  moveTo(field: string, place: number): void {
    const moving = this.#layout.columns.find((column) => column.field === field);
    if (!moving) return;
    const columns = this.#layout.columns.filter((column) => column !== moving);
    columns.splice(place, 0, moving);
    this.#setColumns(columns);
  }

  /** @param done false while the edge is being dragged: it is not remembered yet */
  resize(field: string, width: number, done: boolean): void {
    const rounded = Math.max(leastWidth, Math.round(width));
    const columns = this.#layout.columns.map((column) => (column.field === field ? { field, width: rounded } : column));
    this.#layout = { ...this.#layout, columns };
    this.#arrange();
    this.#owner.changed();
    if (done) this.#save();
  }

  /** Ascending, then descending, then in the order of arrival. */
  sortBy(field: string): void {
    const { sort } = this.#layout;
    if (sort?.field !== field) this.setSort({ field, descending: false });
    else this.setSort(sort.descending ? undefined : { field, descending: true });
  }

  setSort(sort: Sort | undefined): void {
    const { sort: before, ...layout } = this.#layout;
    if (sort?.field === before?.field && sort?.descending === before?.descending) return;
    this.#layout = sort ? { ...layout, sort } : layout;
    this.#save();
    this.#owner.sorted();
    this.#owner.changed();
  }

  setUtc(utc: boolean): void {
    this.#layout = { ...this.#layout, utc };
    this.#save();
    this.#owner.changed();
  }

  reset(): void {
    this.#setColumns(defaultColumns);
    this.setSort(undefined);
  }

  useEverywhere(): void {
    this.#save(true);
    this.#owner.announce(t("Every list that has no columns of its own has these now."));
  }

  openMenu(menu: OpenMenu): void {
    this.#menu = menu;
    this.#problem = undefined;
    this.#owner.changed();
    this.#owner.knownFields().then(
      (known) => {
        this.#known = known;
        this.#owner.changed();
      },
      (error: unknown) => {
        this.#owner.failed(error);
      },
    );
  }

  closeMenu(): void {
    this.#menu = undefined;
    this.#owner.changed();
  }

  #setColumns(columns: readonly Column[]): void {
    this.#layout = { ...this.#layout, columns };
    const before = this.#extras.join("\n");
    this.#arrange();
    if (this.#extras.join("\n") !== before) this.#owner.fieldsChanged();
    this.#save();
    this.#owner.changed();
  }

  #arrange(): void {
    const fields = (columns: readonly Column[]): string => columns.map(({ field }) => field).join("\n");
    const shown = fitting(this.#layout.columns, this.#width);
    if (fields(shown) !== fields(this.#shown)) this.#version++;
    this.#shown = shown;
    this.#extras = this.#layout.columns.map(({ field }) => field).filter(isExtra);
  }

  #save(everywhere = false): void {
    this.#owner.save(this.#layout, everywhere).catch((error: unknown) => {
      this.#owner.failed(error);
    });
  }
}
