/** What goes wrong with Kafka, as sentences. */
import { t } from "@vscode/l10n";
import { protocolErrors, protocolErrorsCodesById } from "@platformatic/kafka";
import { BrokerError, type BrokerErrorKind } from "../../broker/errors.ts";
import { speaksNoTls, tlsFailure } from "../shared/tlsFailures.ts";

/** Where a connection goes, for sentences. */
export interface Place {
  readonly address: string;
  readonly secure: boolean;
  /** Milliseconds */
  readonly timeout: number;
  /** It is what a broker told of itself, not what the user wrote. */
  readonly advertised: boolean;
  readonly user?: string;
  readonly mechanism?: string;
}

/** What the library throws when the response holds errors of single things: that response. */
export function responseOf(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "PLT_KFK_RESPONSE") return undefined;
  return "response" in error ? error.response : undefined;
}

/** The name of an error code: "UNKNOWN_TOPIC_OR_PARTITION". */
export function codeName(code: number): string {
  return (protocolErrorsCodesById as Readonly<Record<number, string>>)[code] ?? String(code);
}

/** What the sentences of {@link problem} name. */
export interface Subject {
  readonly topic?: string;
  readonly group?: string;
  readonly partition?: number;
  /** What the broker said in its own words. */
  readonly said?: string | null;
}

/** An error code of a response as a sentence. */
export function problem(code: number, { topic = "", group = "", partition, said }: Subject = {}): BrokerError {
  const name = codeName(code);
  const fail = (kind: BrokerErrorKind, sentence: string): BrokerError =>
    new BrokerError(kind, sentence, { cause: new Error(name) });
  switch (name) {
    case "UNKNOWN_TOPIC_OR_PARTITION":
    case "UNKNOWN_TOPIC_ID":
      return partition === undefined
        ? fail("missing", t("There is no topic “{topic}”: it was deleted, or its name is another.", { topic }))
        : fail("missing", t("There is no partition {partition} of the topic “{topic}”.", { topic, partition }));
    case "TOPIC_AUTHORIZATION_FAILED":
      return fail(
        "denied",
        t("This user is not authorised for that with the topic “{topic}”: an administrator has to add an ACL.", {
          topic,
        }),
      );
    case "GROUP_AUTHORIZATION_FAILED":
      return fail(
        "denied",
        t("This user is not authorised for the consumer group “{group}”: an administrator has to add an ACL.", {
          group,
        }),
      );
    case "CLUSTER_AUTHORIZATION_FAILED":
    case "DELEGATION_TOKEN_AUTHORIZATION_FAILED":
      return fail("denied", t("This user is not authorised for that with the cluster: an ACL is missing."));
    case "TOPIC_ALREADY_EXISTS":
      return fail("invalid", t("There is a topic “{topic}” already.", { topic }));
    case "INVALID_TOPIC_EXCEPTION":
      return fail(
        "invalid",
        t("“{topic}” cannot be the name of a topic: letters, digits, “.”, “_” and “-”, at most 249 of them.{said}", {
          topic,
          said: saidText(said),
        }),
      );
    case "NON_EMPTY_GROUP":
      return fail(
        "invalid",
        t("The consumer group “{group}” has members. That works only while none of them is connected.", { group }),
      );
    case "GROUP_ID_NOT_FOUND":
      return fail("missing", t("There is no consumer group “{group}” any more.", { group }));
    case "OFFSET_OUT_OF_RANGE":
      return fail(
        "invalid",
        t("That offset is not in partition {partition} of the topic “{topic}”.", {
          topic,
          partition: partition ?? "?",
        }),
      );
    case "MESSAGE_TOO_LARGE":
    case "RECORD_LIST_TOO_LARGE":
      return fail("invalid", t("The message is larger than this topic takes (max.message.bytes)."));
    case "INVALID_TIMESTAMP":
      return fail("invalid", t("The timestamp is too far from the broker's time for this topic."));
    case "NOT_ENOUGH_REPLICAS":
    case "NOT_ENOUGH_REPLICAS_AFTER_APPEND":
      return fail("denied", t("Fewer replicas are in sync than the topic demands (min.insync.replicas)."));
    case "INVALID_RECORD":
      return fail("invalid", t("The broker does not take this message.{said}", { said: saidText(said) }));
    case "REBALANCE_IN_PROGRESS":
    case "ILLEGAL_GENERATION":
    case "UNKNOWN_MEMBER_ID":
      return fail(
        "closed",
        t("The consumer group “{group}” was shared out anew (a rebalance), so the broker did not take that.", {
          group,
        }),
      );
    case "NOT_LEADER_OR_FOLLOWER":
    case "LEADER_NOT_AVAILABLE":
    case "REPLICA_NOT_AVAILABLE":
    case "BROKER_NOT_AVAILABLE":
      return fail(
        "closed",
        t("A partition of the topic “{topic}” has no leader now. Try again in a moment.", { topic }),
      );
    case "COORDINATOR_NOT_AVAILABLE":
    case "COORDINATOR_LOAD_IN_PROGRESS":
    case "NOT_COORDINATOR":
      return fail("closed", t("The coordinator of the consumer group is not ready. Try again in a moment."));
    case "UNSUPPORTED_VERSION":
      return fail("unsupported", t("The broker is too old for this."));
    default:
      return fail(
        "invalid",
        t("The broker said no: {name}. {text}", {
          name,
          text: ended(
            said ?? (protocolErrors as Readonly<Record<string, { readonly message: string }>>)[name]?.message ?? "?",
          ),
        }),
      );
  }
}

/** Errors that pass when asked again, after looking who leads now. */
export function passes(code: number): boolean {
  return transient.has(codeName(code));
}

const transient = new Set([
  "NOT_LEADER_OR_FOLLOWER",
  "LEADER_NOT_AVAILABLE",
  "REPLICA_NOT_AVAILABLE",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "COORDINATOR_NOT_AVAILABLE",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "NOT_COORDINATOR",
  "OFFSET_NOT_AVAILABLE",
  "KAFKA_STORAGE_ERROR",
]);

/** What broke while a request was on its way. */
export function translate(error: unknown, { address }: Place): BrokerError {
  if (error instanceof BrokerError) return error;
  const cause = { cause: error };
  const code = kafkaCode(error);
  if (code === "PLT_KFK_NETWORK" || code === "PLT_KFK_USER" || code === "PLT_KFK_UNEXPECTED_CORRELATION_ID")
    return /timed? ?out/i.test(messageOf(error))
      ? new BrokerError("closed", t("The broker at {address} did not answer in time.", { address }), cause)
      : new BrokerError("closed", t("The connection to {address} was lost.", { address }), cause);
  if (code === "PLT_KFK_UNSUPPORTED_COMPRESSION")
    return new BrokerError("unsupported", t("That compression is not known here."), cause);
  return new BrokerError(
    "invalid",
    t("What the broker at {address} answered cannot be read ({reason}).", { address, reason: messageOf(error) }),
    cause,
  );
}

/** What kept a connection from being made. @param foreign what answered, where it is no Kafka */
export function translateConnect(error: unknown, place: Place, foreign: string | undefined): BrokerError {
  const { address, secure, user, mechanism, advertised } = place;
  const fail = (kind: BrokerErrorKind, sentence: string): BrokerError =>
    new BrokerError(kind, advertised ? withAdvertised(sentence, address) : sentence, { cause: error });
  if (foreign !== undefined) {
    return fail(
      "unreachable",
      t("What listens at {address} is not Kafka: it answers as {foreign} does. Check the port.", { address, foreign }),
    );
  }
  for (const each of causes(error)) {
    const message = messageOf(each);
    if (/Broker requires TLS/.test(message))
      return fail("refused", t("{address} speaks TLS: use kafkas:// instead of kafka://.", { address }));
    if (secure && (speaksNoTls(each) || /secure TLS connection was established|broker supports TLS/.test(message)))
      return fail(
        "unreachable",
        t("{address} does not speak TLS: use kafka:// instead of kafkas://, or another port.", { address }),
      );
    const tls = tlsFailure(each, address);
    if (tls) return tls;
    const network = networkSentence(codeOf(each), place);
    if (network !== undefined) return fail("unreachable", network);
  }
  const names = causes(error).map((each) => apiCode(each));
  if (names.includes("UNSUPPORTED_SASL_MECHANISM"))
    return fail(
      "refused",
      t("{address} does not take the SASL mechanism {mechanism}. Try another one.", {
        address,
        mechanism: mechanism ?? "",
      }),
    );
  if (names.includes("ILLEGAL_SASL_STATE"))
    return fail("refused", t("{address} asks for no login: leave user and password empty.", { address }));
  if (user !== undefined && isLoginFailure(error))
    return fail(
      "refused",
      t("{address} does not let “{user}” in ({mechanism}). Check user, password and mechanism.", {
        address,
        user,
        mechanism: mechanism ?? "",
      }),
    );
  return fail(
    "unreachable",
    secure || user !== undefined
      ? t("{address} closed the connection during the handshake. Is it a Kafka listener of this kind?", { address })
      : t(
          "{address} closed the connection at the first request. Is it a Kafka listener without login and TLS? Some want a user (SASL) or kafkas://.",
          { address },
        ),
  );
}

/** What else than Kafka these first bytes belong to. */
export function foreignAnswer(chunk: Buffer): string | undefined {
  const text = chunk.subarray(0, 16).toString("latin1");
  if (text.startsWith("AMQP")) return "AMQP (RabbitMQ, ActiveMQ)";
  if (text.startsWith("HTTP/")) return t("a web server");
  if (/^(-ERR|-DENIED|-NOAUTH|\+PONG|\+OK)/.test(text)) return "Redis";
  if (text.includes("ActiveMQ") || chunk.subarray(0, 64).includes("ActiveMQ")) return "ActiveMQ (OpenWire)";
  if (text.startsWith("SSH-")) return "SSH";
  if (/^ERROR/.test(text)) return "STOMP";
  return undefined;
}

function withAdvertised(sentence: string, address: string): string {
  return t(
    "The bootstrap server answers, but the cluster tells clients to go to {address} (advertised.listeners), and that does not work from here. {sentence}",
    { address, sentence },
  );
}

function isLoginFailure(error: unknown): boolean {
  return causes(error).some(
    (each) =>
      kafkaCode(each) === "PLT_KFK_AUTHENTICATION" ||
      apiCode(each) === "SASL_AUTHENTICATION_FAILED" ||
      /authenticat|Connection closed/i.test(messageOf(each)),
  );
}

function networkSentence(code: string, { address, timeout }: Place): string | undefined {
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return t("No machine is known by the name in {address}. Check the spelling, the network and the VPN.", {
        address,
      });
    case "ECONNREFUSED":
      return t("Cannot reach {address} (connection refused). Is the broker running, and is this its port?", {
        address,
      });
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
      return t("Cannot reach {address} (no way to that machine). Check the network and the VPN.", { address });
    case "ETIMEDOUT":
      return t(
        "{address} did not answer within {seconds} s. Check the host, the port and what stands in between (firewall, VPN).",
        { address, seconds: Math.ceil(timeout / 1000) },
      );
    default:
      return undefined;
  }
}

/** The error with all that caused it, from the outside in. */
function causes(error: unknown): readonly unknown[] {
  const all: unknown[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && all.length < 30) {
    const each = waiting.shift();
    if (!(each instanceof Error)) continue;
    all.push(each);
    if (each.cause !== undefined) waiting.push(each.cause);
    if (each instanceof AggregateError) waiting.push(...(each.errors as unknown[]));
  }
  return all;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (/timed out/.test(error.message) && /^PLT_KFK/.test(kafkaCode(error))) return "ETIMEDOUT";
  return "code" in error ? String(error.code) : "";
}

function kafkaCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function apiCode(error: unknown): string {
  return error instanceof Error && "apiId" in error ? String(error.apiId) : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function saidText(said: string | null | undefined): string {
  return said === null || said === undefined || said === "" ? "" : ` ${ended(said)}`;
}

/** What a broker says has a full stop at its end, or not. */
function ended(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
