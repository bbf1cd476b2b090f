import type { Pin } from "../broker/contract.ts";
import type { Environment } from "../broker/environment.ts";
import { originOf } from "./credentials.ts";

/** Where a connection was defined. `saved` = by this extension, the others = in the setting `mq.connections`. */
export type ProfileSource = "saved" | "user" | "workspace";

/** A saved connection. Holds no secret: those are in the secret store under its id. */
export interface Profile {
  /** Stable; for settings made of source and name. */
  readonly id: string;
  readonly name: string;
  readonly source: ProfileSource;
  /** Without a password. For settings already with `${env:NAME}` replaced. */
  readonly uri: string;
  /** The management URL; an empty text = none, do not try; absent = derived from the URI. */
  readonly admin?: string;
  readonly environment?: Environment;
  /** Whether changes are refused. Absent = by where the broker is: see `readOnlyOf`. */
  readonly readOnly?: boolean;
  readonly tls?: ProfileTls;
  readonly pins: readonly Pin[];
  /** Why this one cannot be used as it is, in a sentence: only for settings. */
  readonly problem?: string;
}

/** Paths are absolute, or relative to the workspace folder. The client key's text is a secret, its path is not. */
export interface ProfileTls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly serverName?: string;
  /** Absent = true. */
  readonly verify?: boolean;
}

/** The names under which secrets of a profile are kept. */
export const secretNames = ["password", "clientKey", "passphrase"] as const;
export type SecretName = (typeof secretNames)[number];

/**
 * The id under which the secrets of a profile are kept. One from settings is tied to the servers that will be told the
 * secrets: a file of a workspace that names another server does not get the password of the first.
 */
export function secretsId(profile: Profile): string {
  if (profile.source === "saved") return profile.id;
  return [profile.id, originOf(profile.uri), originOf(profile.admin ?? "")].join(" ");
}
