import type { Memento } from "../../commands/draftHistory.ts";
import { type BodyChoice, encodings, formats } from "../../protocol/body.ts";

const key = "mq.bodyChoices";
/** Sources whose decision is kept. */
const most = 200;

/** How the bodies of each source are to be read where the user decided so; kept for the workspace, the latest first. */
export class BodyChoices {
  readonly #memento: Memento;

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  /** {} = the chain decides. */
  of(connection: string, node: string): BodyChoice {
    return this.#stored().find(([each]) => each === sourceKey(connection, node))?.[1] ?? {};
  }

  set(connection: string, node: string, choice: BodyChoice): void {
    const source = sourceKey(connection, node);
    const others = this.#stored().filter(([each]) => each !== source);
    const checked = checkedChoice(choice);
    const all = Object.keys(checked).length > 0 ? [[source, checked] as const, ...others] : others;
    // A store that fails to write costs the decision at the next start, nothing now.
    this.#memento.update(key, all.slice(0, most)).then(undefined, () => undefined);
  }

  #stored(): readonly (readonly [string, BodyChoice])[] {
    return (this.#memento.get(key) ?? []) as readonly (readonly [string, BodyChoice])[];
  }
}

/** It comes from a page: only what means something is taken. */
function checkedChoice({ encoding, format, charset, type }: BodyChoice): BodyChoice {
  return {
    ...(encoding !== undefined && encodings.includes(encoding) ? { encoding } : {}),
    ...(format !== undefined && formats.includes(format) ? { format } : {}),
    ...(typeof charset === "string" && charset !== "" ? { charset: charset.slice(0, 40) } : {}),
    ...(typeof type === "string" && type !== "" ? { type: type.slice(0, 1000) } : {}),
  };
}

function sourceKey(connection: string, node: string): string {
  return `${connection} ${node}`;
}
