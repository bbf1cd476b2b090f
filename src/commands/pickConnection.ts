import { t } from "@vscode/l10n";
import type { Connection } from "../connections/connections.ts";
import { environmentLabel } from "../protocol/environmentLabel.ts";
import type { ConnectionDeps, NodeDeps } from "./deps.ts";

/**
 * The connection with this id; without one the user picks among those that `fits`. Undefined when they changed their
 * mind, or nothing fits (then they are told).
 */
export async function pickConnection(
  deps: Pick<ConnectionDeps | NodeDeps, "prompts" | "connections">,
  id: string | undefined,
  question: { readonly title: string; fits?(connection: Connection): boolean; readonly none?: string },
): Promise<Connection | undefined> {
  if (id !== undefined) {
    const connection = deps.connections.get(id);
    if (!connection) deps.prompts.inform(t("This connection was removed."));
    return connection;
  }
  const fitting = deps.connections.all().filter((connection) => question.fits?.(connection) ?? true);
  if (fitting.length === 0) {
    deps.prompts.inform(question.none ?? t("There is no connection yet. Add one first."));
    return undefined;
  }
  return deps.prompts.pick({
    title: question.title,
    placeholder: t("Choose a connection"),
    items: fitting.map((connection) => {
      const { profile, rules } = connection;
      const { name, uri, environment } = profile;
      const words = [environment && environmentLabel(environment), rules.readOnly && t("read-only")];
      return {
        label: name,
        description: words.filter((word) => word !== undefined).join(" · "),
        detail: uri,
        value: connection,
      };
    }),
  });
}
