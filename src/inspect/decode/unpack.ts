import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, inflate, inflateRaw } from "node:zlib";
import { t } from "@vscode/l10n";
import type { BodyStep, Encoding } from "../../protocol/body.ts";
import { TooLarge, unzstd } from "./zstd.ts";

/** What a body may become at most when it is unpacked: a small one may claim to be endless. */
export const mostBytes = 64 * 1024 * 1024;

export interface Unpacked {
  readonly bytes: Buffer;
  readonly steps: readonly BodyStep[];
}

export interface UnpackOptions {
  readonly contentEncoding?: string | undefined;
  /** false when only the beginning of the body was kept. */
  readonly whole: boolean;
  /** What the user says instead. */
  readonly forced?: Encoding | undefined;
}

/** Undoes the content encoding; without one, what the first bytes say. A claim that is false is a step, not an error. */
export async function unpack(body: Buffer, { contentEncoding, whole, forced }: UnpackOptions): Promise<Unpacked> {
  if (forced === "none")
    return {
      bytes: body,
      steps: [{ stage: "encoding", outcome: "skipped", sentence: t("Not unpacked (you chose so).") }],
    };
  if (forced !== undefined) return undo(body, [forced], whole, t("{name} (you chose so)", { name: forced }));
  const claims = (contentEncoding ?? "").split(",").map((each) => each.trim().toLowerCase());
  // Some clients put a charset, "binary" or "identity" here.
  const meant = claims.filter((claim) => !/^(|identity|binary|utf-?(8|16)|us-ascii|iso-8859-\d+)$/.test(claim));
  if (meant.length > 0) return undo(body, meant.reverse(), whole);
  const magic = magicOf(body);
  if (magic) return undo(body, [magic], whole, t("{name} (by its first bytes)", { name: magic }));
  return { bytes: body, steps: [] };
}

async function undo(body: Buffer, claims: readonly string[], whole: boolean, label?: string): Promise<Unpacked> {
  const steps: BodyStep[] = [];
  let bytes = body;
  for (const claim of claims) {
    const name = label ?? claim;
    const method = methods[claim];
    if (!method) {
      const sentence = t("Content encoding “{claim}” is not known here: shown as it arrived.", { claim });
      return { bytes, steps: [...steps, { stage: "encoding", outcome: "failed", sentence }] };
    }
    try {
      const unpacked = await method(bytes, whole);
      const sizes = { from: bytes.length.toLocaleString("en"), to: unpacked.length.toLocaleString("en") };
      steps.push({ stage: "encoding", outcome: "ok", sentence: t("{name}: {from} → {to} bytes", { name, ...sizes }) });
      bytes = unpacked;
    } catch (error) {
      return { bytes, steps: [...steps, { stage: "encoding", outcome: "failed", sentence: failure(name, error) }] };
    }
  }
  return { bytes, steps };
}

function failure(name: string, error: unknown): string {
  const tooLarge =
    error instanceof TooLarge || (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE");
  if (tooLarge) return t("{name}: more than 64 MiB when unpacked. Shown as it arrived.", { name });
  const reason = error instanceof Error ? error.message : String(error);
  return t("{name}: the body is not that ({reason}). Shown as it arrived.", { name, reason });
}

function magicOf(bytes: Buffer): Encoding | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) return "gzip";
  return bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528 ? "zstd" : undefined;
}

type Method = (bytes: Buffer, whole: boolean) => Promise<Buffer>;

const zlibOptions = (whole: boolean) => ({
  maxOutputLength: mostBytes,
  // What was cut can be unpacked as far as it goes.
  ...(whole ? {} : { finishFlush: constants.Z_SYNC_FLUSH }),
});

const gzip: Method = (bytes, whole) => promisify(gunzip)(bytes, zlibOptions(whole));

// Meant is zlib's format, sent is often the bare one.
const deflate: Method = async (bytes, whole) => {
  try {
    return await promisify(inflate)(bytes, zlibOptions(whole));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "Z_DATA_ERROR")
      return promisify(inflateRaw)(bytes, zlibOptions(whole)).catch(() => Promise.reject(error));
    throw error;
  }
};

const brotli: Method = (bytes, whole) =>
  promisify(brotliDecompress)(bytes, {
    maxOutputLength: mostBytes,
    ...(whole ? {} : { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  });

const zstd: Method = (bytes, whole) => unzstd(bytes, whole, mostBytes);

const methods: Readonly<Record<string, Method>> = { gzip, "x-gzip": gzip, deflate, br: brotli, zstd, zst: zstd };
