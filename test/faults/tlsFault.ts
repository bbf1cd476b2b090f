import { createServer as createHttpsServer } from "node:https";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import type { TlsSettings } from "../../src/broker/contract.ts";
import { driver } from "../../src/drivers/rabbitmq/index.ts";
import * as pem from "../support/testCertificates.ts";
import { Findings, type Fault, type Found } from "./fault.ts";

export const tlsFault: Fault = {
  name: "tls.wrongly-accepted",
  unit: "servers that were talked to, or refused with the wrong sentence",
  limit: 60,
  run: wronglyAccepted,
};

interface Case {
  readonly what: string;
  readonly server: TlsOptions;
  readonly settings: Partial<TlsSettings>;
  /** By which name the server is called. */
  readonly host: string;
  readonly says: RegExp;
}

const { otherAuthority: other } = pem;
const server = { cert: pem.serverCertificate, key: pem.serverKey };
const trusting = { ca: pem.authority };
const trustingOther = { ca: other.ca };
const untrusted = /was not issued by an authority that is trusted here/;
const demanding = { requestCert: true, rejectUnauthorized: true };

const cases: readonly Case[] = [
  {
    what: "a certificate for another name",
    server,
    settings: trusting,
    host: "127.0.0.1",
    says: /is for another name \(localhost, broker\.test\)/,
  },
  {
    what: "a certificate for another than the server name that is asked for",
    server,
    settings: { ...trusting, serverName: "shop.test" },
    host: "localhost",
    says: /is for another name \(localhost, broker\.test\)/,
  },
  {
    what: "a certificate that has expired",
    server: { cert: other.expired, key: other.key },
    settings: trustingOther,
    host: "localhost",
    says: /has expired/,
  },
  {
    what: "a certificate that is not valid yet",
    server: { cert: other.notYetValid, key: other.key },
    settings: trustingOther,
    host: "localhost",
    says: /is not valid yet/,
  },
  {
    what: "a certificate that signed itself",
    server: pem.selfSigned,
    settings: { serverName: "broker.test" },
    host: "localhost",
    says: untrusted,
  },
  {
    what: "a certificate that signed itself, while another authority is trusted",
    server: pem.selfSigned,
    settings: { ...trusting, serverName: "broker.test" },
    host: "localhost",
    says: untrusted,
  },
  { what: "a certificate of an unknown authority", server, settings: {}, host: "localhost", says: untrusted },
  {
    what: "a certificate of another authority than the trusted one",
    server,
    settings: trustingOther,
    host: "localhost",
    says: untrusted,
  },
  {
    what: "no client certificate where one is wanted",
    server: { ...server, ca: pem.authority, ...demanding },
    settings: trusting,
    host: "localhost",
    says: /wants a client certificate|did not agree on a TLS connection.*client certificate/,
  },
  {
    what: "no client certificate where one is wanted, in TLS 1.2",
    server: { ...server, ca: pem.authority, ...demanding, maxVersion: "TLSv1.2" },
    settings: trusting,
    host: "localhost",
    says: /wants a client certificate|client certificate/,
  },
  {
    what: "a client certificate of an authority that the server does not know",
    server: { ...server, ca: pem.authority, ...demanding },
    settings: { ...trusting, cert: pem.selfSigned.cert, key: pem.selfSigned.key },
    host: "localhost",
    says: /does not accept the client certificate|client certificate/,
  },
];

/**
 * Calls servers that must not be talked to, once as AMQP and once as the management API. A server that hears a word of AMQP
 * or of HTTP was accepted, and so was the login in it. The last case is a good server, which has to hear one.
 */
async function wronglyAccepted(): Promise<Found> {
  const findings = new Findings();
  for (const each of cases) {
    const { heard, sentences } = await call(each);
    for (const which of heard) findings.add(`${each.what}: accepted for ${which}`);
    for (const [which, sentence] of sentences)
      if (!each.says.test(sentence)) findings.add(`${each.what}: ${which} was refused with “${sentence}”`);
    if (sentences.length !== 2) findings.add(`${each.what}: ${String(sentences.length)} of 2 were refused`);
  }
  const good = await call({
    what: "a good one",
    server: { cert: other.good, key: other.key },
    settings: trustingOther,
    host: "localhost",
    says: /./,
  });
  if (good.heard.size !== 2) findings.add("a good certificate was not accepted: this fault finds nothing");
  return findings.found({ cases: 2 * cases.length });
}

interface Called {
  readonly heard: ReadonlySet<string>;
  readonly sentences: readonly (readonly [string, string])[];
}

async function call({ server, settings, host }: Case): Promise<Called> {
  const heard = new Set<string>();
  const sockets = new Set<Socket>();
  const amqp = await listening(createTlsServer(server), sockets);
  amqp.on("secureConnection", (socket: Socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      heard.add("AMQP");
      socket.destroy();
    });
  });
  const https = await listening(createHttpsServer(server), sockets);
  https.on("request", (_request, response: { end(): void }) => {
    heard.add("HTTP");
    response.end();
  });
  const port = (of: Server): string => String((of.address() as AddressInfo).port);
  try {
    const target = {
      uri: `amqps://guest@${host}:${port(amqp)}`,
      admin: `https://${host}:${port(https)}`,
      password: "guest",
      tls: { verify: true, ...settings },
      pins: [],
    };
    const checks = await driver.check(target, AbortSignal.timeout(20_000));
    return { heard, sentences: checks.filter(({ ok }) => !ok).map(({ name, sentence }) => [name, sentence]) };
  } finally {
    for (const socket of sockets) socket.destroy();
    await Promise.all([amqp, https].map((each) => new Promise((resolve) => each.close(resolve))));
  }
}

async function listening(server: Server, sockets: Set<Socket>): Promise<Server> {
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "localhost");
  await once(server, "listening");
  return server;
}
