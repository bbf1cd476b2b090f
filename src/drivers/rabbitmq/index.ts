import { t } from "@vscode/l10n";
import type { Check, Driver, Target } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { openLink, toEndpoint, type Endpoint } from "./connect.ts";
import { checkManagement } from "./management.ts";
import { openSession } from "./session.ts";
import { addressFields, composeUri, decomposeUri, managementUrl, toAddress } from "./uri.ts";

/** RabbitMQ, and what else speaks AMQP 0-9-1. */
export const driver: Driver = {
  label: "RabbitMQ",
  get addressFields() {
    return addressFields();
  },
  get adminLabel() {
    return t("Management URL");
  },
  parse: toAddress,
  compose: composeUri,
  decompose: decomposeUri,
  connect: openSession,
  recipes: async () => (await import("./recipes/index.ts")).recipes,

  async check(target: Target, signal: AbortSignal): Promise<readonly Check[]> {
    let endpoint: Endpoint;
    try {
      endpoint = await toEndpoint(target);
    } catch (error) {
      const isTls = error instanceof BrokerError && error.field === "tls";
      return [{ name: isTls ? "TLS" : amqp, ok: false, sentence: sentenceOf(error) }];
    }
    const { uri, user, password, tlsSettings: tls } = endpoint;
    const management = target.admin ?? managementUrl(uri);
    const login = { user, password, vhost: uri.vhost, tls };
    return Promise.all([
      checkAmqp(endpoint, signal),
      ...(management === "" ? [] : [checkManagement({ management, ...login }, signal)]),
    ]);
  },
};

const amqp = "AMQP";

async function checkAmqp(endpoint: Endpoint, signal: AbortSignal): Promise<Check> {
  const { vhost } = endpoint.uri;
  try {
    const link = await openLink(endpoint, vhost, "test", signal);
    const { server, place } = link;
    await link.close();
    const { address, user } = place;
    const broker = `${server.product} ${server.version ?? ""}`.trim();
    return {
      name: amqp,
      ok: true,
      sentence: t("{broker} at {address} lets “{user}” into the virtual host “{vhost}”.", {
        broker,
        address,
        user,
        vhost,
      }),
    };
  } catch (error) {
    return { name: amqp, ok: false, sentence: sentenceOf(error) };
  }
}
