/** Which messages are selected: some by their numbers, or all that the view lets through. */
export type Selection = { readonly all: true } | { readonly all: false; readonly seqs: ReadonlySet<number> };

export const nothing: Selection = { all: false, seqs: new Set() };
export const everything: Selection = { all: true };

export function only(...seqs: readonly number[]): Selection {
  return { all: false, seqs: new Set(seqs) };
}

export function isSelected(selection: Selection, seq: number): boolean {
  return selection.all || selection.seqs.has(seq);
}

/** Adds one, or takes it out. */
export function toggled(selection: Selection, seq: number): Selection {
  if (selection.all) return only(seq);
  const seqs = new Set(selection.seqs);
  if (!seqs.delete(seq)) seqs.add(seq);
  return { all: false, seqs };
}

export function sizeOf(selection: Selection, shown: number): number {
  return selection.all ? shown : selection.seqs.size;
}
