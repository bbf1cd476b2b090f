import { t } from "@vscode/l10n";
import type { Connection } from "../connections/connections.ts";
import type { ConnectionDeps } from "./deps.ts";
import { pickConnection } from "./pickConnection.ts";

type Deps = Pick<ConnectionDeps, "prompts" | "connections">;

/** Refuses changes from now on. Consumers that are attached give back what they hold. */
export async function makeReadOnly(deps: Deps, id?: string): Promise<void> {
  const connection = await pickConnection(deps, id, {
    title: t("Make Read-Only"),
    fits: ({ rules }) => !rules.readOnly,
    none: t("Every connection is read-only already."),
  });
  if (!connection) return;
  const { name } = connection.profile;
  await deps.connections.setReadOnly(connection.id, true);
  deps.prompts.done(t("“{name}” is read-only now.", { name }));
}

/** Allows changes, after asking; in production the name has to be typed. */
export async function allowChanges(deps: Deps, id?: string): Promise<void> {
  const connection = await pickConnection(deps, id, {
    title: t("Allow Changes"),
    fits: ({ rules }) => rules.readOnly !== undefined,
    none: t("Every connection allows changes already."),
  });
  if (!connection || !(await agreesToChanges(deps, connection))) return;
  await deps.connections.setReadOnly(connection.id, false);
  deps.prompts.done(t("“{name}” allows changes now.", { name: connection.profile.name }));
}

/** Whether the user wants that of this connection, as it is or as it is going to be. */
export function agreesToChanges(
  { prompts }: Pick<Deps, "prompts">,
  { profile }: Pick<Connection, "profile">,
): Promise<boolean> {
  const { name, uri, environment } = profile;
  const production = environment === "production";
  return prompts.confirm({
    message: t("Allow changes on “{name}”?", { name }),
    detail: [
      t("Publishing, consuming, purging, deleting and all else that changes something is possible on {uri} then.", {
        uri,
      }),
      ...(production ? [t("This is production: what cannot be undone still asks for the name.")] : []),
    ].join("\n"),
    act: t("Allow Changes"),
    ...(production && { typed: name }),
  });
}
