import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, inflate, inflateRaw } from "node:zlib";
import { t } from "@vscode/l10n";

/** What a body may become at most when it is unpacked: a small one may claim to be endless. */
const mostBytes = 64 * 1024 * 1024;

export interface Unpacked {
  readonly bytes: Buffer;
  /** What was done, or why it could not be, in words. */
  readonly steps: readonly string[];
}

/**
 * Undoes the content encoding; without one, gzip by its first bytes. A claim that is false is a step, not an error.
 * @param whole false when only the beginning of the body was kept
 */
export async function unpack(body: Buffer, contentEncoding: string | undefined, whole: boolean): Promise<Unpacked> {
  const steps: string[] = [];
  let bytes = body;
  const claims = (contentEncoding ?? "").split(",").map((each) => each.trim().toLowerCase());
  for (const claim of claims.reverse()) {
    // Some clients put a charset, "binary" or "identity" here.
    if (
      claim === "" ||
      claim === "identity" ||
      claim === "binary" ||
      /^(utf-?(8|16)|us-ascii|iso-8859-\d+)$/.test(claim)
    )
      continue;
    const method = methods[claim];
    if (!method) {
      steps.push(t("Content encoding “{claim}” is not known here: shown as it arrived.", { claim }));
      return { bytes, steps };
    }
    const unpacked = await run(claim, method, bytes, whole, steps);
    if (!unpacked) return { bytes, steps };
    bytes = unpacked;
  }
  if (bytes === body && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8)
    bytes = (await run(t("gzip (by its first bytes)"), methods["gzip"], bytes, whole, steps)) ?? bytes;
  return { bytes, steps };
}

async function run(
  name: string,
  method: Method | undefined,
  bytes: Buffer,
  whole: boolean,
  steps: string[],
): Promise<Buffer | undefined> {
  if (!method) return undefined;
  try {
    const unpacked = await method(bytes, whole);
    const sizes = { from: bytes.length.toLocaleString(), to: unpacked.length.toLocaleString() };
    steps.push(t("{name}: {from} → {to} bytes", { name, ...sizes }));
    return unpacked;
  } catch (error) {
    const tooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    const reason = error instanceof Error ? error.message : String(error);
    steps.push(
      tooLarge
        ? t("{name}: more than 64 MiB when unpacked. Shown as it arrived.", { name })
        : t("{name}: the body is not that ({reason}). Shown as it arrived.", { name, reason }),
    );
    return undefined;
  }
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

const methods: Readonly<Record<string, Method>> = { gzip, "x-gzip": gzip, deflate, br: brotli };
