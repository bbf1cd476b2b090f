/** What every recipe needs to know of a message and its place. */
import { t } from "@vscode/l10n";
import type { Sending } from "../../../broker/contract.ts";
import { BrokerError } from "../../../broker/errors.ts";
import { parseNodeId } from "../nodeId.ts";
import type { PropertyName } from "../properties.ts";
import { managementUrl, parseUri } from "../uri.ts";

/** The environment variable that every recipe takes the password from. */
export const passwordVariable = "RABBITMQ_PASSWORD";

/** Bodies beyond this many bytes are no text that anybody wants in a program. */
const mostBytes = 1024 * 1024;

/** Where a message is published to. */
export interface Place {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly vhost: string;
  /** Empty for the default one. */
  readonly exchange: string;
  readonly key: string;
}

export function placeOf({ uri, seenIn, origin, draft }: Sending): Place {
  const { secure, hosts, user, vhost } = parseUri(uri);
  const [first] = hosts;
  return {
    secure,
    host: first?.name ?? "localhost",
    port: first?.port ?? (secure ? 5671 : 5672),
    user: user ?? "guest",
    vhost: parseNodeId(seenIn.id)?.vhost ?? vhost,
    exchange: origin ?? "",
    key: draft.key ?? "",
  };
}

/** The base URL of the management API. @throws BrokerError `unsupported` when there is none */
export function managementOf({ uri, admin }: Sending): URL {
  const url = admin ?? managementUrl(parseUri(uri));
  if (!URL.canParse(url))
    throw new BrokerError(
      "unsupported",
      t("This command goes through the management API, and this connection has no management URL."),
    );
  return new URL(url);
}

/** A body as text where its bytes are exactly that text, else in base64. @throws BrokerError `invalid` when it is too large */
export function payloadOf({ draft: { body } }: Sending): { readonly text: string } | { readonly base64: string } {
  if (body.length > mostBytes)
    throw new BrokerError(
      "invalid",
      t("The body is larger than 1 MiB: too large to be written into a program. Save it as a file instead."),
    );
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text)) return { text };
  } catch {
    // Not UTF-8.
  }
  return { base64: Buffer.from(body).toString("base64") };
}

/** A property that is set: a number is digits. */
export interface SetProperty {
  readonly name: PropertyName | "contentType" | "contentEncoding";
  readonly value: string;
  readonly isNumber: boolean;
}

/** The properties that are set, without headers and persistence. */
export function propertiesOf({ draft }: Sending): readonly SetProperty[] {
  const { contentType, contentEncoding, properties } = draft;
  return Object.entries({ contentType, contentEncoding, ...properties }).flatMap(([name, value]) =>
    value === undefined || value === ""
      ? []
      : [
          {
            name: name as SetProperty["name"],
            value,
            isNumber: (name === "priority" || name === "timestamp") && /^\d+$/.test(value),
          },
        ],
  );
}
