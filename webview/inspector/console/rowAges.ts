/** How long each unsettled row in view has waited: in the title of its state, and as a thin bar below it. */
import { t } from "@vscode/l10n";
import type { SettleTerms } from "../../../src/broker/contract.ts";
import type { Row } from "../../../src/protocol/rows.ts";
import { ageOf, urgency } from "./ages.ts";

/** To be called after each drawing of the list. @param rowAt the row at an index of the list */
export function markAges(
  root: HTMLElement,
  rowAt: (index: number) => Row | undefined,
  now: number,
  terms: SettleTerms | undefined,
): void {
  for (const element of root.querySelectorAll<HTMLElement>(".track .row[data-index]")) {
    const cell = element.querySelector<HTMLElement>(".state");
    if (!cell) continue;
    const row = rowAt(Number(element.dataset["index"]));
    if (row?.state === "pending" || row?.state === "settling") mark(cell, now - row.received, terms?.within);
    else if (cell.dataset["waits"] !== undefined) unmark(cell);
  }
}

function mark(cell: HTMLElement, age: number, within: number | undefined): void {
  const title = t("Unsettled for {age}", { age: ageOf(age, within) });
  if (cell.title !== title) cell.title = title;
  const waits = urgency(age, within);
  if (cell.dataset["waits"] !== waits) cell.dataset["waits"] = waits;
  const part = within === undefined ? "0%" : `${Math.min(100, Math.round((age / within) * 100))}%`;
  if (cell.style.getPropertyValue("--waited") !== part) cell.style.setProperty("--waited", part);
}

function unmark(cell: HTMLElement): void {
  delete cell.dataset["waits"];
  cell.removeAttribute("title");
  cell.style.removeProperty("--waited");
}
