/** Where a key was pressed: in the innermost element, in a control's shadow too. */
export function focusOf(event: KeyboardEvent): { readonly typing: boolean; readonly pressable: boolean } {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return { typing: false, pressable: false };
  return {
    typing: target.matches("input, textarea, select, [contenteditable]"),
    pressable: target.matches("button, a, summary, [role=checkbox], [role=menuitem]"),
  };
}

/** Keeps a key for this page: VS Code, too, would do something with it, such as select the text of the whole page. */
export function take(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

/** Focuses a field, ours or one of the toolkit, with all of its text selected. */
export function focusField(field: HTMLElement | null): void {
  field?.focus();
  const input = field instanceof HTMLInputElement ? field : field?.shadowRoot?.querySelector("input");
  input?.select();
}
