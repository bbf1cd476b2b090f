// Bodies that are not JSON.
import { crc32, deflateSync } from "node:zlib";

/** A small invoice. */
export function xml(id: string, amount: number, customer: string): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<invoice id="${id}" xmlns="urn:shop:invoice:1">\n` +
      `  <customer>${customer}</customer>\n  <total currency="EUR">${amount.toFixed(2)}</total>\n` +
      `  <line sku="T-100" quantity="1">Teapot</line>\n</invoice>\n`,
  );
}

/** A square picture of one hue. */
export function png(size: number, hue: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.alloc(1 + size * 3);
  for (let at = 0; at < size; at++) row.set([hue % 256, (at * 5) % 256, 160], 1 + at * 3);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** MessagePack of a flat object of short texts and numbers. */
export function messagePack(value: Readonly<Record<string, string | number>>): Buffer {
  const entries = Object.entries(value);
  const parts = entries.flatMap(([name, each]) => [
    packText(name),
    typeof each === "string" ? packText(each) : packNumber(each),
  ]);
  return Buffer.concat([Buffer.from([0x80 | entries.length]), ...parts]);
}

function packText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0xa0 | bytes.length]), bytes]);
}

function packNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const content = Buffer.concat([Buffer.from(type), data]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, check]);
}
