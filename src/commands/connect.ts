import { t } from "@vscode/l10n";
import { BrokerError } from "../broker/errors.ts";
import { secretsId } from "../connections/profile.ts";
import type { ConnectionDeps } from "./deps.ts";
import { editConnection } from "./editConnection.ts";
import { pickConnection } from "./pickConnection.ts";

/** Connects. The user is told a failure, with ways on. @returns whether it is connected now */
export async function connect(deps: ConnectionDeps, id?: string): Promise<boolean> {
  const connection = await pickConnection(deps, id, {
    title: t("Connect"),
    fits: ({ state }) => state.status !== "connected",
    none: t("Every connection is connected already."),
  });
  if (!connection) return false;
  const { name } = connection.profile;
  try {
    await deps.prompts.progress(t("Connecting to {name}…", { name }), async (_, signal) => {
      const stop = (): void => void connection.disconnect();
      signal.addEventListener("abort", stop, { once: true });
      try {
        await connection.connect();
      } finally {
        signal.removeEventListener("abort", stop);
      }
    });
    deps.prompts.done(t("Connected to {name}.", { name }));
    return true;
  } catch (error) {
    // The user stopped it: no news.
    if (connection.state.status === "disconnected") return false;
    const again = { label: t("Try Again"), run: () => connect(deps, connection.id) };
    const edit = { label: t("Edit…"), run: () => editConnection(deps, connection.id) };
    const password = { label: t("Enter Password…"), run: () => enterPassword(deps, connection.id) };
    const refused = error instanceof BrokerError && error.kind === "refused";
    deps.prompts.fail(error, ...(refused ? [password, edit] : [again, edit]));
    return false;
  }
}

/** Asks for the password anew, keeps it and connects. */
async function enterPassword(deps: ConnectionDeps, id: string): Promise<void> {
  const connection = deps.connections.get(id);
  if (!connection) return;
  const { profile } = connection;
  const password = await deps.prompts.input({
    title: t("Password for {name}", { name: profile.name }),
    password: true,
  });
  if (password === undefined) return;
  await deps.vault.set(secretsId(profile), "password", password);
  await connect(deps, id);
}
