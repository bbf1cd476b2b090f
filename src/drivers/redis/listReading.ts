import { t } from "@vscode/l10n";
import type { Values } from "../../broker/form.ts";
import { missingKey } from "./failures.ts";
import type { Reading } from "./looking.ts";
import { shownName } from "./names.ts";
import { bufferFrom, listFrom, numberFrom } from "./reply.ts";
import type { Servers } from "./servers.ts";
import { limitOf } from "./streamReading.ts";

/**
 * The elements of a list, from its left end: nobody notices. What others take meanwhile shifts the rest, so that elements
 * may be missed; none is read twice that was not put in twice.
 * @param pinned a list without elements is not there: that is no error for one that the user named
 */
export async function browseList(servers: Servers, key: Buffer, values: Values, pinned: boolean): Promise<Reading> {
  const limit = limitOf(values);
  const length = numberFrom(await servers.call(key, ["LLEN", key]));
  if (length === 0 && !pinned) throw missingKey(shownName(key));
  const end = Math.min(limit, length);
  let at = 0;
  return {
    facts: [
      { label: t("List"), value: shownName(key) },
      { label: t("Elements"), value: String(length) },
    ],
    async read(count, tag) {
      if (at >= end) return undefined;
      const to = Math.min(at + count, end) - 1;
      const elements = listFrom(await servers.call(key, ["LRANGE", key, String(at), String(to)]));
      if (elements.length === 0) return undefined;
      const first = at;
      at = to + 1;
      return elements.map((element, index) => ({
        tag: tag(),
        position: String(first + index),
        redelivered: false,
        headers: [],
        properties: {},
        body: bufferFrom(element),
      }));
    },
    end: async () => undefined,
  };
}
