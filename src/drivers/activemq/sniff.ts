/** What rhea does not tell about a connection that failed, found out by a second one made by hand. */
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Foreign } from "./failures.ts";
import type { Host } from "../shared/uriParts.ts";

/** What kind of server answers there; undefined when it does not show. Never rejects. */
export async function sniff(host: Host): Promise<Foreign | undefined> {
  const answer = await answerTo(host);
  if (answer) return answer;
  return (await shakesHands(host)) ? "tls" : undefined;
}

/** Greets in AMQP 1.0: a broker of another version answers with its own, OpenWire speaks first, and HTTP complains. */
function answerTo({ name, port }: Host): Promise<Foreign | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host: name, port });
    let bytes = Buffer.alloc(0);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(kindOf(bytes));
    };
    const timer = setTimeout(finish, answerTime);
    // An HTTP server waits for the end of a line before it complains.
    socket.once("connect", () => socket.write(Buffer.from("AMQP\x03\x01\x00\x00\r\n\r\n", "latin1")));
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length >= 16) finish();
    });
    socket.once("error", finish);
    socket.once("close", finish);
  });
}

function kindOf(bytes: Buffer): Foreign | undefined {
  if (bytes[0] === 0x15 && bytes[1] === 0x03) return "tls";
  const start = bytes.toString("latin1", 0, 16);
  if (start.startsWith("HTTP/")) return "http";
  if (start.startsWith("AMQP\0\0\x09")) return "amqp091";
  if (start.includes("ActiveMQ")) return "openwire";
  return start.startsWith("AMQP") ? "amqp" : undefined;
}

function shakesHands({ name, port }: Host): Promise<boolean> {
  return new Promise((resolve) => {
    // Nothing is sent over it: whose certificate it is does not matter.
    const socket = connectTls({ host: name, port, rejectUnauthorized: false });
    const finish = (shaken: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(shaken);
    };
    const timer = setTimeout(finish, answerTime, false);
    socket.once("secureConnect", () => {
      finish(true);
    });
    socket.on("error", () => {
      finish(false);
    });
    socket.once("close", () => {
      finish(false);
    });
  });
}

// Milliseconds. A server that has something to say says it at once.
const answerTime = 1500;
