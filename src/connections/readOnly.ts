import { t } from "@vscode/l10n";
import type { Environment } from "../broker/environment.ts";
import type { Profile } from "./profile.ts";

/**
 * Why a connection refuses changes. `kept` = the user or a setting said so · `host` = nobody said anything, and its
 * broker is not on this computer.
 */
export type ReadOnlyReason = "kept" | "host";

/** What the guard of a connection goes by. */
export interface GuardRules {
  /** The name of the connection, for sentences. */
  readonly connection: string;
  /** Undefined = changes are allowed. */
  readonly readOnly: ReadOnlyReason | undefined;
  readonly environment: Environment | undefined;
}

/**
 * Whether this profile refuses changes, and why.
 * @param loopback whether its broker is on this computer, as its driver says
 * @param byDefault whether others begin as read-only: the setting `mq.readOnlyByDefault`
 */
export function readOnlyOf(
  { readOnly }: Pick<Profile, "readOnly">,
  loopback: boolean,
  byDefault: boolean,
): ReadOnlyReason | undefined {
  if (readOnly !== undefined) return readOnly ? "kept" : undefined;
  return byDefault && !loopback ? "host" : undefined;
}

/** Why nothing can be changed, and what to do about it. */
export function readOnlySentence({ connection, readOnly }: Pick<GuardRules, "connection" | "readOnly">): string {
  return readOnly === "host"
    ? t(
        "“{connection}” is read-only, as every connection to another computer is at first. To change things there, run “MQ: Allow Changes”.",
        { connection },
      )
    : t("“{connection}” is read-only. To change things there, run “MQ: Allow Changes”.", { connection });
}
