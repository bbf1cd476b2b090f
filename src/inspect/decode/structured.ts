/** Reads a body as one of the structured formats, whole, and says whether it is that. */
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import type { BodyStep } from "../../protocol/body.ts";
import { visible } from "../preview.ts";
import { PrettyPrinter } from "./pretty.ts";
import type { Reader, Start } from "./reader.ts";

export interface Structured {
  readonly text: string;
  readonly json: boolean;
  /** Whether the text ends early: for the limit, or for the end of what was kept. */
  readonly cut: boolean;
  readonly start: Start;
  readonly notes: readonly BodyStep[];
  /** Why the rest could not be read. */
  readonly problem?: string;
}

export interface ReadOptions {
  /** Characters of the text. */
  readonly limit: number;
  readonly whole: boolean;
  /** Names are told that stand twice in one object. */
  readonly unique: boolean;
}

/** @param make a reader from the first byte on */
export async function readStructured(make: () => Reader, { limit, whole, unique }: ReadOptions): Promise<Structured> {
  const printer = new PrettyPrinter(make(), { limit });
  let problem: string | undefined;
  try {
    await printer.runAll();
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    problem = sentenceOf(error);
  }
  const { duplicates } = printer;
  const all = printer.text;
  const text = all.length > limit ? all.slice(0, limit) : all;
  return {
    text,
    json: printer.json,
    cut: printer.cut || !whole || text.length < all.length || problem !== undefined,
    start: make,
    notes: unique && duplicates ? [duplicateNote(duplicates)] : [],
    ...(problem === undefined ? {} : { problem }),
  };
}

function duplicateNote({ count, first }: { readonly count: number; readonly first: string }): BodyStep {
  const name = visible(first.slice(0, 100));
  const sentence =
    count === 1
      ? t("The key {name} stands twice in one object: both are shown.", { name })
      : t("{count} keys stand in their object again, the first is {name}: all are shown.", { count, name });
  return { stage: "note", outcome: "failed", sentence };
}
