import { t } from "@vscode/l10n";
import type { Node } from "../../broker/contract.ts";
import { formatNodeId, parseNodeId } from "./nodeId.ts";

/** The exchange that a message was published to, as a node to publish to. Without an origin it is the default one. */
export function originOf(seenIn: Node, origin: string | undefined): Node | undefined {
  const ref = parseNodeId(seenIn.id);
  if (!ref) return undefined;
  const name = origin ?? "";
  return {
    id: formatNodeId({ kind: "exchange", vhost: ref.vhost, name }),
    kind: "exchange",
    name: name === "" ? t("(default)") : name,
    verbs: ["publish"],
    expandable: false,
  };
}
