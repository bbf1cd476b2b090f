import { t } from "@vscode/l10n";
import type { Check, Driver, Target } from "../../broker/contract.ts";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import { openLink, toEndpoint, type Endpoint } from "./connect.ts";
import { managementOf } from "./openManagement.ts";
import { openSession } from "./session.ts";
import { addressFields, composeUri, decomposeUri, toAddress, type Dialect } from "./uri.ts";

/** ActiveMQ, Classic and Artemis, over AMQP 1.0. */
export const driver: Driver = {
  label: "ActiveMQ",
  get addressFields() {
    return addressFields();
  },
  get adminLabel() {
    return t("Web console URL (Jolokia)");
  },
  parse: toAddress,
  compose: composeUri,
  decompose: decomposeUri,
  connect: openSession,

  async check(target: Target, signal: AbortSignal): Promise<readonly Check[]> {
    let endpoint: Endpoint;
    try {
      endpoint = await toEndpoint(target);
    } catch (error) {
      const isTls = error instanceof BrokerError && error.field === "tls";
      return [{ name: isTls ? "TLS" : amqp, ok: false, sentence: sentenceOf(error) }];
    }
    const { check, dialect } = await checkAmqp(endpoint, signal);
    if (target.admin === "") return [check];
    return [check, await checkJolokia(endpoint, dialect ?? endpoint.uri.dialect, target.admin, signal)];
  },
};

const amqp = "AMQP 1.0";

async function checkAmqp(
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<{ check: Check; dialect?: Dialect | undefined }> {
  try {
    const link = await openLink(endpoint, "test", signal);
    const { server, place } = link;
    await link.close();
    const { address, user } = place;
    const broker = `${server.product} ${server.version ?? ""}`.trim();
    const sentence = t("{broker} at {address} lets “{user}” in.", { broker, address, user });
    return { check: { name: amqp, ok: true, sentence }, dialect: server.dialect };
  } catch (error) {
    return { check: { name: amqp, ok: false, sentence: sentenceOf(error) } };
  }
}

async function checkJolokia(
  endpoint: Endpoint,
  dialect: Dialect,
  admin: string | undefined,
  signal: AbortSignal,
): Promise<Check> {
  const name = "Jolokia";
  try {
    const management = managementOf(endpoint, dialect, admin);
    try {
      await management.start({ signal });
      return { name, ok: true, sentence: t("Jolokia of {product} answers.", { product: management.product }) };
    } finally {
      management.close();
    }
  } catch (error) {
    return { name, ok: false, sentence: sentenceOf(error) };
  }
}
