import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../scripts/freePorts.ts";
import { startRabbitmq, type RabbitmqServer } from "./rabbitmqServer.ts";
import * as pem from "./testCertificates.ts";

/** A private RabbitMQ with TLS on AMQP and on its management API, beside the plain ports. */
export interface TlsRabbitmq {
  readonly broker: RabbitmqServer;
  /** `amqps://guest@localhost:port` */
  readonly uri: string;
  /** `https://localhost:port` */
  readonly admin: string;
  /** A folder with ca.pem, client.pem and client.key; the key wants the passphrase. */
  readonly files: string;
  /** Ends the broker and removes the folder. */
  stop(): Promise<void>;
}

export interface TlsRabbitmqOptions {
  /** Whether it lets nobody in without a client certificate; one that is shown has to be good anyway. */
  readonly wantsCertificate: boolean;
  /** The one version that it speaks; without it the newest that both sides know. */
  readonly version?: "tlsv1.2";
}

/** The user `tester` may log in by the client certificate of the tests instead of a password. */
export async function startTlsRabbitmq({ wantsCertificate, version }: TlsRabbitmqOptions): Promise<TlsRabbitmq> {
  const files = await mkdtemp(join(tmpdir(), "mq-tls-"));
  const texts = {
    "ca.pem": pem.authority,
    "server.pem": pem.serverCertificate,
    "server.key": pem.serverKey,
    "client.pem": pem.clientCertificate,
    "client.key": pem.encryptedClientKey,
  };
  const remove = (): Promise<void> => rm(files, { recursive: true, force: true });
  try {
    for (const [name, text] of Object.entries(texts)) await writeFile(join(files, name), text);
    const [amqps = 0, https = 0] = await freePorts(2);
    const tls = (section: string): string[] => [
      `${section}.cacertfile = ${files}/ca.pem`,
      `${section}.certfile = ${files}/server.pem`,
      `${section}.keyfile = ${files}/server.key`,
      `${section}.verify = verify_peer`,
      `${section}.fail_if_no_peer_cert = ${String(wantsCertificate)}`,
      ...(version === undefined ? [] : [`${section}.versions.1 = ${version}`]),
    ];
    const broker = await startRabbitmq({
      plugins: ["rabbitmq_auth_mechanism_ssl"],
      conf: [
        "auth_mechanisms.1 = PLAIN",
        "auth_mechanisms.2 = EXTERNAL",
        "ssl_cert_login_from = common_name",
        `listeners.ssl.default = 127.0.0.1:${String(amqps)}`,
        ...tls("ssl_options"),
        "management.ssl.ip = 127.0.0.1",
        `management.ssl.port = ${String(https)}`,
        ...tls("management.ssl"),
      ],
    });
    return {
      broker,
      uri: `amqps://guest@localhost:${String(amqps)}`,
      admin: `https://localhost:${String(https)}`,
      files,
      stop: async () => {
        await broker.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
