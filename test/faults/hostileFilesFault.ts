import fc from "fast-check";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFile, problemSentences } from "../../src/commands/importFile.ts";
import { readSettings } from "../../src/connections/settingsProfiles.ts";
import { jsonLine } from "../../src/inspect/transfer/writeJsonLine.ts";
import { Journal } from "../../src/journal/journal.ts";
import { typedHeaders } from "../driver/conformanceSupport.ts";
import { Findings, type Fault, type FaultRun, type Found } from "./fault.ts";
import { mutated } from "./mutations.ts";

export const hostileFilesFault: Fault = {
  name: "hostile.files",
  unit: "crashes, and broken files without a sentence",
  limit: 180,
  run: hostileFiles,
};

const { signal } = new AbortController();
/** Kept whole among broken ones, so that it is seen that these do no harm to others. */
const last = Buffer.from('{"format":"mq-message/1","body":"last"}\n');

/** Message files, journals and settings that were cut, overwritten and mixed. */
async function hostileFiles(run: FaultRun): Promise<Found> {
  const each = Math.ceil((run.quick ? 150 : 2_000) / 3);
  const folder = await mkdtemp(join(tmpdir(), "mq-hostile-files-"));
  const findings = new Findings();
  const check = async <T>(what: string, values: fc.Arbitrary<T>, holds: (value: T) => Promise<void>): Promise<void> => {
    const details = await fc.check(fc.asyncProperty(values, holds), { numRuns: each, seed: run.seed });
    if (details.failed)
      findings.add(`${what}: ${String(details.errorInstance)} ${JSON.stringify(details.counterexample).slice(0, 500)}`);
  };
  try {
    await check("a message file", mutated(messageFile()), (bytes) =>
      readsMessages(join(folder, "messages.jsonl"), bytes),
    );
    await check("a journal", mutated(journalFile()), (bytes) => readsJournal(join(folder, "journal"), bytes));
    await check("settings", settings, async (value) => readsSettings(value));
    return findings.found({ files: 3 * each });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every line is a message or a sentence with its number, and the last one is read whatever came before it. */
async function readsMessages(path: string, bytes: Buffer): Promise<void> {
  await writeFile(path, Buffer.concat([bytes, Buffer.from("\n"), last]));
  const file = await open(path, "r");
  try {
    for (const kind of ["messages", "bodies"] as const) {
      const found = await checkFile(file, kind, () => undefined, signal);
      if (!found || found.messages < 1) throw new Error("the last line was not read");
      for (const { line, problem } of found.problems)
        if (line < 1 || !isSentence(problem)) throw new Error(`line ${String(line)}: ${problem}`);
      if (found.broken > 0 && !problemSentences(found).some((sentence) => /^Line \d/.test(sentence)))
        throw new Error("the line is not told");
    }
  } finally {
    await file.close();
  }
}

/** It is listed with a problem, or read with its broken lines told. */
async function readsJournal(folder: string, bytes: Buffer): Promise<void> {
  const journal = new Journal(folder, () => ({ enabled: true, maxBytes: 2 ** 32, maxDays: 30 }));
  const path = join(folder, "2026-11-28T10-00-00-000Z-purge-abcdef.jsonl");
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, bytes);
    await writeFile(path.replace(/\.jsonl$/, ".state.json"), bytes.subarray(0, 200));
    const [entry] = await journal.list();
    if (!entry) throw new Error("it is not listed");
    if (entry.problem !== undefined) {
      if (!isSentence(entry.problem)) throw new Error(entry.problem);
      return;
    }
    await journal.restored(entry);
    for await (const { line, problem } of journal.messages(entry, signal))
      if (problem !== undefined && (line < 2 || !isSentence(problem)))
        throw new Error(`line ${String(line)}: ${problem}`);
  } finally {
    await journal.remove({ path });
  }
}

/** What cannot be used is said in sentences, and nothing secret that stands there goes into a profile. */
function readsSettings(value: unknown): void {
  const { profiles, problems } = readSettings(value, "workspace", { HOME: "/home/ann" });
  for (const problem of problems) if (!isSentence(problem)) throw new Error(problem);
  const entries = Array.isArray(value) ? value.length : 0;
  if (profiles.length < entries && problems.length === 0) throw new Error("an entry was left out without a word");
  if (value !== undefined && value !== null && !Array.isArray(value) && problems.length === 0)
    throw new Error("what is no list was ignored without a word");
  if (JSON.stringify([profiles, problems]).includes(marked))
    throw new Error("a password is in a profile or a sentence");
}

const marked = "Marked-5ecret";

const settings: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.array(
    fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          name: fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue()),
          uri: fc.oneof(
            fc.constantFrom(
              "amqp://localhost",
              `amqp://ann:${marked}@localhost`,
              `amqp://ann:${marked}@one,two:5673/%2F`,
              `amqp://:${marked}@h`,
              "amqp://${env:HOME}:${env:NOT_THERE}@h",
              `//ann:${marked}@h`,
            ),
            fc.string({ unit: "binary" }),
            fc.jsonValue(),
          ),
          management: fc.oneof(fc.constantFrom(`http://ann:${marked}@h:15672`, ""), fc.jsonValue()),
          environment: fc.oneof(fc.constantFrom("production", "nowhere"), fc.jsonValue()),
          tls: fc.oneof(fc.record({ verify: fc.jsonValue(), caFile: fc.jsonValue() }), fc.jsonValue()),
          pins: fc.jsonValue(),
          password: fc.constant(marked),
        },
        { requiredKeys: [] },
      ),
    ),
  ),
);

const journalHead = {
  what: "purge",
  connection: { id: "shop", name: "Shop" },
  node: { id: "q", kind: "queue", name: "orders", verbs: [], expandable: false },
} as const;

function messageFile(): Buffer {
  const message = {
    seq: 1,
    received: 0,
    state: "acked",
    key: "k",
    origin: "shop",
    redelivered: false,
    persistent: true,
    contentType: "application/json",
    properties: { messageId: "m-1" },
    headers: typedHeaders,
    size: 7,
  } as const;
  const lines = ['{"a":1}', "grüße 漢字 🐇", "\0\x01\xff"].map((text) => {
    const body = Buffer.from(text, "latin1");
    return [...jsonLine({ ...message, body, size: body.length })].join("");
  });
  return Buffer.from(lines.join(""));
}

function journalFile(): Buffer {
  const head = JSON.stringify({ format: "mq-journal/1", when: 1_700_000_000_000, ...journalHead });
  return Buffer.concat([Buffer.from(`${head}\n`), messageFile()]);
}

/** "It is not JSON." */
function isSentence(text: string): boolean {
  return /^\P{Ll}.*[.!?)]$/su.test(text);
}
