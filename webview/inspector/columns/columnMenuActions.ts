import type { ListPart } from "../listPart.ts";
import type { ColumnMenuActions } from "./columnMenu.ts";

/** What the menu of columns does besides changing them. */
export function columnMenuActions({ columns, header }: ListPart): ColumnMenuActions {
  return {
    close: (refocus) => {
      header.closeMenu(refocus);
    },
    fit: (field) => {
      header.fit(field);
    },
    setUtc: (utc) => {
      columns.setUtc(utc);
    },
  };
}
