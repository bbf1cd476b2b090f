/** What amqplib does not tell about a connection that failed, found out by a second one made by hand. */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { Host } from "../shared/uriParts.ts";

export interface ProbeOptions {
  readonly host: Host;
  /** Absent = no TLS. */
  readonly tls?: ConnectionOptions;
  readonly mechanism: string;
  readonly response: Buffer;
  readonly vhost: string;
}

/**
 * Opens the virtual host by hand and reads with which words the broker refuses it.
 * @returns undefined when it does not refuse, or says nothing in time. Never rejects.
 */
export function askRefusal(options: ProbeOptions): Promise<{ code: number; text: string } | undefined> {
  const { host, tls, mechanism, response, vhost } = options;
  const { name, port } = host;
  const socket = tls ? connectTls({ ...tls, host: name, port }) : connectTcp({ host: name, port });
  socket.once(tls ? "secureConnect" : "connect", () => socket.write(Buffer.from("AMQP\0\0\x09\x01", "latin1")));
  return converse(socket, (frame) => {
    const method = frame.readUInt32BE(0);
    if (method === connectionStart) socket.write(startOk(mechanism, response));
    if (method === connectionTune)
      socket.write(Buffer.concat([methodFrame(connectionTuneOk, frame.subarray(4, 12)), open(vhost)]));
    if (method === connectionOpenOk) return { result: undefined };
    if (method !== connectionClose) return undefined;
    const length = frame.readUInt8(6);
    return { result: { code: frame.readUInt16BE(4), text: frame.toString("utf8", 7, 7 + length) } };
  });
}

/** What kind of server answers there. Never rejects. */
export async function sniff(host: Host): Promise<"http" | "tls" | "amqp" | undefined> {
  return (await answerToHttp(host)) ?? ((await shakesHands(host)) ? "tls" : undefined);
}

function answerToHttp({ name, port }: Host): Promise<"http" | "tls" | "amqp" | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host: name, port });
    let bytes = Buffer.alloc(0);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const start = bytes.toString("latin1", 0, 5);
      const isAlert = bytes.length >= 2 && bytes[0] === 0x15 && bytes[1] === 0x03;
      resolve(isAlert ? "tls" : start === "HTTP/" ? "http" : start.startsWith("AMQP") ? "amqp" : undefined);
    };
    const timer = setTimeout(finish, answerTime);
    socket.once("connect", () => socket.write("GET / HTTP/1.0\r\n\r\n"));
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length >= 5) finish();
    });
    socket.once("error", finish);
    socket.once("close", finish);
  });
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

// Milliseconds. A broker that refuses does so at once.
const answerTime = 2000;

const connectionStart = 0x000a_000a;
const connectionStartOk = 0x000a_000b;
const connectionTune = 0x000a_001e;
const connectionTuneOk = 0x000a_001f;
const connectionOpen = 0x000a_0028;
const connectionOpenOk = 0x000a_0029;
const connectionClose = 0x000a_0032;

/** Hands every method frame to `answer` until it has a result, or the time is over. */
function converse<T>(
  socket: Socket,
  answer: (method: Buffer) => { readonly result: T } | undefined,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    let rest = Buffer.alloc(0);
    const finish = (result?: T): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(finish, answerTime);
    socket.once("error", () => {
      finish();
    });
    socket.once("close", () => {
      finish();
    });
    socket.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      try {
        for (let size = frameSize(rest); size > 0 && rest.length >= size; size = frameSize(rest)) {
          const payload = rest.subarray(7, size - 1);
          rest = rest.subarray(size);
          const done = answer(payload);
          if (done) {
            finish(done.result);
            return;
          }
        }
      } catch {
        finish();
      }
    });
  });
}

/** 0 = not known yet */
function frameSize(bytes: Buffer): number {
  return bytes.length < 7 ? 0 : bytes.readUInt32BE(3) + 8;
}

function startOk(mechanism: string, response: Buffer): Buffer {
  const clientProperties = Buffer.alloc(4);
  return methodFrame(
    connectionStartOk,
    Buffer.concat([clientProperties, short(mechanism), long(response), short("en_US")]),
  );
}

function open(vhost: string): Buffer {
  return methodFrame(connectionOpen, Buffer.concat([short(vhost), short(""), Buffer.of(0)]));
}

function methodFrame(method: number, fields: Buffer): Buffer {
  const head = Buffer.alloc(11);
  head.writeUInt8(1, 0);
  head.writeUInt32BE(4 + fields.length, 3);
  head.writeUInt32BE(method, 7);
  return Buffer.concat([head, fields, Buffer.of(0xce)]);
}

function short(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function long(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
