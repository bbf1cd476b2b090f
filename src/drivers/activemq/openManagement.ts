import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { Artemis } from "./artemis.ts";
import { Classic } from "./classic.ts";
import type { Endpoint } from "./connect.ts";
import { Jolokia, jolokiaAt } from "./jolokia.ts";
import type { Management } from "./management.ts";
import { jolokiaUrl, type Dialect } from "./uri.ts";

/**
 * What Jolokia offers, or why it does not: then messages still work. Rejects only when told to stop.
 * @param admin as the user entered it; an empty text = there is none
 */
export async function openManagement(
  endpoint: Endpoint,
  dialect: Dialect,
  admin: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly management?: Management; readonly why: string }> {
  if (admin === "") {
    return {
      why: t(
        "No web console is set for this connection: queues and topics cannot be listed, only the names that you pin are shown.",
      ),
    };
  }
  let management: Management | undefined;
  try {
    management = managementOf(endpoint, dialect, admin);
    await management.start({ signal });
    return { management, why: "" };
  } catch (error) {
    management?.close();
    if (signal.aborted) throw new BrokerError("closed", t("Connecting was cancelled."), { cause: error });
    const reason = sentenceOf(error);
    return {
      why: t("{reason} Queues and topics cannot be listed without it: only the names that you pin are shown.", {
        reason,
      }),
    };
  }
}

/** @throws BrokerError `invalid` */
export function managementOf(endpoint: Endpoint, dialect: Dialect, admin: string | undefined): Management {
  const { uri, user, password, tlsSettings: tls } = endpoint;
  const path = dialect === "artemis" ? "console/jolokia" : "api/jolokia";
  const jolokia = new Jolokia({ url: jolokiaAt(admin ?? jolokiaUrl(uri), path), user, password, tls });
  return dialect === "artemis" ? new Artemis(jolokia) : new Classic(jolokia);
}
