import type { Connection } from "../connections/connections.ts";
import type { ConnectionBadge } from "../protocol/common.ts";

/** What a page is told about this connection, as it is now. */
export function badgeOf({ profile, rules }: Pick<Connection, "profile" | "rules">): ConnectionBadge {
  const { name, environment } = profile;
  return { name, ...(environment && { environment }), ...(rules.readOnly && { readOnly: true }) };
}
