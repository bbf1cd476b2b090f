import type { Highlight } from "../../protocol/filter.ts";
import { boundedPattern } from "./boundedPattern.ts";
import type { Query } from "./query.ts";

/**
 * What is to be marked where a message is shown: the texts and patterns that it was found by, not those that it must not
 * have. A pattern that may take long is made one that cannot, or left out.
 */
export function highlightsOf(query: Query): readonly Highlight[] {
  const found = new Map<string, Highlight>();
  const add = (source: string, flags: string): void => void found.set(`${flags}/${source}`, { source, flags });
  const visit = (each: Query): void => {
    if (each.kind === "and" || each.kind === "or") each.parts.forEach(visit);
    else if (each.kind === "text") add(each.text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "gi");
    else if (each.kind === "regex") {
      const source = boundedPattern(each.source, each.flags);
      if (source !== undefined) add(source, `g${each.flags}`);
    }
  };
  visit(query);
  return [...found.values()];
}
