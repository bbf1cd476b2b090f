/** A server that speaks just enough AMQP 0-9-1 for a session: every answer of it can be tampered with. */
import type { Socket } from "node:net";
import { startFakeServer, type FakeServer } from "../support/fakeAmqpServer.ts";

/**
 * Given the bytes of an answer and which one it is on this server, from 0: the bytes to send instead, and whether to hang up
 * after them.
 */
export type Tamper = (answer: Buffer, index: number) => { readonly bytes: Buffer; readonly hangUp?: boolean };

export async function startScriptedAmqp(tamper: Tamper): Promise<FakeServer> {
  let index = 0;
  return startFakeServer((socket) => {
    const send = (answer: Buffer): void => {
      const { bytes, hangUp } = tamper(answer, index++);
      if (bytes.length > 0) socket.write(bytes);
      if (hangUp) socket.destroy();
    };
    converse(socket, send);
  });
}

function converse(socket: Socket, send: (answer: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  let greeted = false;
  const published = new Map<number, number>();
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    if (!greeted && rest.length >= 8) {
      greeted = true;
      rest = rest.subarray(8);
      send(method(0, 10, 10, Buffer.from([0, 9]), table(), long("PLAIN"), long("en_US")));
    }
    while (greeted && rest.length >= 8 && rest.length >= rest.readUInt32BE(3) + 8) {
      const size = rest.readUInt32BE(3);
      const [type, channel] = [rest[0], rest.readUInt16BE(1)];
      const payload = rest.subarray(7, 7 + size);
      rest = rest.subarray(size + 8);
      if (type !== 1) continue;
      const id = `${String(payload.readUInt16BE(0))}.${String(payload.readUInt16BE(2))}`;
      if (id === "60.40") {
        const tag = (published.get(channel) ?? 0) + 1;
        published.set(channel, tag);
        send(method(channel, 60, 80, u64(tag), Buffer.of(0)));
      } else for (const answer of answers[id]?.(channel) ?? []) send(answer);
    }
  });
}

/** By class and method of what the client asks. */
const answers: Readonly<Record<string, (channel: number) => readonly Buffer[]>> = {
  "10.11": () => [method(0, 10, 30, u16(2047), u32(131_072), u16(20))],
  "10.40": () => [method(0, 10, 41, short(""))],
  "10.50": () => [method(0, 10, 51)],
  "20.10": (channel) => [method(channel, 20, 11, long(""))],
  "20.40": (channel) => [method(channel, 20, 41)],
  "40.10": (channel) => [method(channel, 40, 11)],
  "50.10": (channel) => [method(channel, 50, 11, short("orders"), u32(3), u32(0))],
  "50.20": (channel) => [method(channel, 50, 21)],
  "50.40": (channel) => [method(channel, 50, 41, u32(0))],
  "60.10": (channel) => [method(channel, 60, 11)],
  "60.20": (channel) => [
    method(channel, 60, 21, short("consumer")),
    ...[1, 2, 3].map((tag) => Buffer.concat([deliver(channel, tag), content(channel, `body ${String(tag)}`)])),
  ],
  "60.30": (channel) => [method(channel, 60, 31, short("consumer"))],
  "60.70": (channel) => [method(channel, 60, 72, short(""))],
  "85.10": (channel) => [method(channel, 85, 11)],
};

function deliver(channel: number, tag: number): Buffer {
  return method(channel, 60, 60, short("consumer"), u64(tag), Buffer.of(0), short(""), short("orders"));
}

/** Content type, headers of some types, delivery mode; then the body. */
function content(channel: number, body: string): Buffer {
  const headers = Buffer.concat([
    Buffer.concat([short("s"), Buffer.from("S"), long("text")]),
    Buffer.concat([short("l"), Buffer.from("l"), u64(42)]),
    Buffer.concat([short("t"), Buffer.from("t"), Buffer.of(1)]),
    Buffer.concat([short("a"), Buffer.from("A"), u32(1), Buffer.from("V")]),
    Buffer.concat([short("f"), Buffer.from("F"), u32(0)]),
    Buffer.concat([short("d"), Buffer.from("D"), Buffer.of(2), u32(1234)]),
  ]);
  const properties = Buffer.concat([u16(0xb000), short("text/plain"), u32(headers.length), headers, Buffer.of(2)]);
  const header = Buffer.concat([u16(60), u16(0), u64(Buffer.byteLength(body)), properties]);
  return Buffer.concat([frame(2, channel, header), frame(3, channel, Buffer.from(body))]);
}

function method(channel: number, classId: number, methodId: number, ...fields: readonly Buffer[]): Buffer {
  return frame(1, channel, Buffer.concat([u16(classId), u16(methodId), ...fields]));
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type), u16(channel), u32(payload.length), payload, Buffer.of(0xce)]);
}

/** Server properties with a product and a version. */
function table(): Buffer {
  const entries = Buffer.concat([
    Buffer.concat([short("product"), Buffer.from("S"), long("RabbitMQ")]),
    Buffer.concat([short("version"), Buffer.from("S"), long("3.10.8")]),
  ]);
  return Buffer.concat([u32(entries.length), entries]);
}

function short(text: string): Buffer {
  return Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]);
}

function long(text: string): Buffer {
  return Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(text)]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
