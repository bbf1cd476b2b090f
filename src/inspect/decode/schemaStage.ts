/** What needs a schema: Protobuf and Avro, in the envelopes in which they travel. */
import { t } from "@vscode/l10n";
import { BrokerError, sentenceOf } from "../../broker/errors.ts";
import type { BodyChoice, BodyStep } from "../../protocol/body.ts";
import { isAvroFile, readAvroFile } from "./avroFile.ts";
import { AvroReader } from "./avroReader.ts";
import type { AvroType } from "./avroSchema.ts";
import { type ConfluentHead, confluentHead, protobufBehind } from "./confluent.ts";
import type { TypeClaim } from "./contentType.ts";
import { JsonReader } from "./jsonReader.ts";
import { ProtobufReader } from "./protobufReader.ts";
import type { Reader } from "./reader.ts";
import type { SchemaSource, Schemas } from "./schemas.ts";
import { Slices } from "./slices.ts";
import { readStructured, type Structured } from "./structured.ts";

export interface SchemaOptions {
  readonly whole: boolean;
  readonly limit: number;
  readonly choice: BodyChoice;
  readonly schemas: SchemaSource | undefined;
}

type Found =
  | {
      readonly structured: Structured;
      readonly format: "protobuf" | "avro" | "json";
      readonly steps: readonly BodyStep[];
    }
  | { readonly structured?: never; readonly problem: string; readonly steps: readonly BodyStep[] };

interface Candidate {
  readonly format: "protobuf" | "avro" | "json";
  readonly name: string;
  readonly file: string;
  readonly make: (strict: boolean, partial: boolean) => Reader;
}

/** Larger bodies are not tried against every schema. */
const largestGuess = 4 * 1024 * 1024;
/** More schemas than this are not tried. */
const mostTries = 2000;
/** Problems of files that are told. */
const mostProblems = 3;

export class SchemaStage {
  readonly #bytes: Buffer;
  readonly #claim: TypeClaim;
  readonly #options: SchemaOptions;
  readonly #confluent: ConfluentHead | undefined;

  constructor(bytes: Buffer, claim: TypeClaim, options: SchemaOptions) {
    this.#bytes = bytes;
    this.#claim = claim;
    this.#options = options;
    this.#confluent = confluentHead(bytes);
  }

  /** What the first bytes say: an Avro file, or Confluent's envelope. */
  async byBytes(): Promise<Found> {
    if (isAvroFile(this.#bytes)) return this.#file();
    const head = this.#confluent;
    if (!head) return nothing("");
    const schemas = await this.#schemas();
    const id = String(head.id);
    const found = await this.#fitting(schemas, this.#behind(head, schemas, "both"), true);
    const sentence = t("Confluent’s wire format: schema {id} of its registry, {count} bytes of data", {
      id,
      count: (this.#bytes.length - head.length).toLocaleString("en"),
    });
    if (found.structured) return { ...found, steps: [{ stage: "bytes", outcome: "ok", sentence }, ...found.steps] };
    const skipped = t("It begins like Confluent’s wire format (schema {id}), but nothing here reads what follows.", {
      id,
    });
    return { problem: skipped, steps: [{ stage: "bytes", outcome: "skipped", sentence: skipped }, ...found.steps] };
  }

  /** The one schema of the workspace that fits, when nobody says what it is. */
  async guess(): Promise<Found> {
    if (this.#confluent || !this.#options.whole) return nothing("");
    const schemas = await this.#schemas();
    if (!schemas || schemas.types.protobuf.length + schemas.avro.length === 0)
      return nothing("", problemSteps(schemas));
    if (this.#bytes.length > largestGuess) {
      const sentence = t("Too large to be tried against the schemas of the workspace. Choose one.");
      return nothing("", [{ stage: "schema", outcome: "skipped", sentence }]);
    }
    return this.#fitting(schemas, [...this.#protobuf(schemas, 0), ...this.#avro(schemas, 0)], true);
  }

  /** As this format, because the user or the content type says so. */
  async as(format: "protobuf" | "avro", forced: boolean): Promise<Found> {
    if (format === "avro" && isAvroFile(this.#bytes)) return this.#file();
    const schemas = await this.#schemas();
    const wanted = forced ? this.#options.choice.type : this.#claim.message;
    const named = wanted === undefined ? undefined : this.#named(format, schemas, wanted);
    if (named) return this.#read(named, forced, []);
    const steps: BodyStep[] = [];
    if (wanted !== undefined) {
      const sentence = t("“{name}” is not in the schema files of the workspace.", { name: wanted });
      steps.push({ stage: "schema", outcome: "failed", sentence }, ...problemSteps(schemas));
    } else if (!forced || format === "avro") {
      const head = this.#confluent;
      const all = head
        ? this.#behind(head, schemas, format)
        : format === "avro"
          ? this.#avro(schemas, 0)
          : this.#protobuf(schemas, 0);
      const found = await this.#fitting(schemas, all, false);
      if (found.structured) return found;
      steps.push(...found.steps);
    } else steps.push(...problemSteps(schemas));
    if (format === "avro") {
      const problem = schemas?.avro.length
        ? t("No Avro schema of the workspace fits.")
        : t("There is no .avsc file in the workspace, and Avro cannot be read without its schema.");
      return { problem, steps };
    }
    const from = this.#confluent ? (protobufBehind(this.#bytes, this.#confluent.length) ?? 0) : 0;
    steps.push({
      stage: "schema",
      outcome: "skipped",
      sentence: t("Without a schema: fields by number, values guessed."),
    });
    const bytes = this.#bytes.subarray(from);
    return this.#read(
      { format, name: "", file: "", make: (_, partial) => new ProtobufReader(bytes, undefined, { partial }) },
      forced,
      steps,
    );
  }

  async #read(candidate: Candidate, forced: boolean, before: readonly BodyStep[]): Promise<Found> {
    const { limit, whole } = this.#options;
    const structured = await readStructured(() => candidate.make(false, !whole), { limit, whole, unique: false });
    const empty = structured.text === "" || structured.text === "{" || structured.text === "[";
    if (structured.problem !== undefined && (!forced || empty)) return { problem: structured.problem, steps: before };
    const steps = candidate.name === "" ? before : [...before, schemaStep(candidate)];
    return { structured, format: candidate.format, steps };
  }

  /** The one of these that fits without a fault; when several do, none. */
  async #fitting(schemas: Schemas | undefined, candidates: readonly Candidate[], quiet: boolean): Promise<Found> {
    const fitting: Candidate[] = [];
    const slices = new Slices();
    for (const candidate of candidates.slice(0, mostTries)) {
      const pause = slices.pause();
      if (pause) await pause;
      const read = await readStructured(() => candidate.make(true, false), { limit: 0, whole: true, unique: false });
      if (read.problem === undefined) fitting.push(candidate);
    }
    const [only, second] = fitting;
    if (only && !second) return this.#read(only, false, []);
    if (second) {
      const names = fitting
        .slice(0, 5)
        .map(({ name }) => name)
        .join(", ");
      const sentence = t("{count} schemas of the workspace fit ({names}): choose one.", {
        count: fitting.length,
        names,
      });
      return nothing("", [{ stage: "schema", outcome: "skipped", sentence }]);
    }
    const tried = candidates.length;
    if (tried === 0 && quiet) return nothing("", problemSteps(schemas));
    const sentence =
      tried === 0
        ? t("The workspace has no schema for it.")
        : t("None of {count} schemas of the workspace fits.", { count: tried });
    return nothing(sentence, [{ stage: "schema", outcome: "skipped", sentence }, ...problemSteps(schemas)]);
  }

  #named(format: "protobuf" | "avro", schemas: Schemas | undefined, wanted: string): Candidate | undefined {
    const head = this.#confluent;
    if (format === "avro") {
      const schema = schemas?.avroSchema(wanted);
      return schema && this.#avroCandidate(schema.name, schema.file, schema.type, head?.length ?? 0);
    }
    const message = schemas?.message(wanted);
    if (!message) return undefined;
    const file = schemas?.types.protobuf.find(({ id, name }) => id === wanted || name === message.name)?.file ?? "";
    const bytes = this.#bytes.subarray(head ? (protobufBehind(this.#bytes, head.length) ?? 0) : 0);
    return {
      format,
      name: message.name,
      file,
      make: (strict, partial) => new ProtobufReader(bytes, message, { strict, partial }),
    };
  }

  #behind(
    head: ConfluentHead,
    schemas: Schemas | undefined,
    format: "protobuf" | "avro" | "both",
  ): readonly Candidate[] {
    const json = this.#bytes.subarray(head.length);
    const first = json.subarray(0, 64).toString("latin1").trimStart()[0];
    if (format === "both" && (first === "{" || first === "["))
      return [{ format: "json", name: "", file: "", make: (_, partial) => new JsonReader(json, { partial }) }];
    const behind = protobufBehind(this.#bytes, head.length);
    return [
      ...(format === "protobuf" ? [] : this.#avro(schemas, head.length)),
      ...(format === "avro" || behind === undefined ? [] : this.#protobuf(schemas, behind)),
    ];
  }

  #protobuf(schemas: Schemas | undefined, from: number): readonly Candidate[] {
    const bytes = this.#bytes.subarray(from);
    return (schemas?.types.protobuf ?? []).flatMap(({ id, name, file }) => {
      const message = schemas?.message(id);
      if (!message) return [];
      const make = (strict: boolean, partial: boolean) => new ProtobufReader(bytes, message, { strict, partial });
      return [{ format: "protobuf" as const, name, file, make }];
    });
  }

  #avro(schemas: Schemas | undefined, from: number): readonly Candidate[] {
    // Anything fits a schema of a single value.
    return (schemas?.avro ?? [])
      .filter(({ type }) => type.kind === "record" && type.fields.length > 1)
      .map(({ name, file, type }) => this.#avroCandidate(name, file, type, from));
  }

  #avroCandidate(name: string, file: string, type: AvroType, from: number): Candidate {
    const bytes = this.#bytes.subarray(from);
    return { format: "avro", name, file, make: (strict, partial) => new AvroReader(bytes, type, { strict, partial }) };
  }

  async #file(): Promise<Found> {
    const { limit, whole } = this.#options;
    try {
      const { type, bytes, count } = await readAvroFile(this.#bytes, whole);
      const make = () => new AvroReader(bytes, type, { values: count, partial: !whole });
      const structured = await readStructured(make, { limit, whole, unique: false });
      if (structured.problem !== undefined) throw new BrokerError("invalid", structured.problem);
      const sentence = t("Avro container file: {count} values, with their schema", {
        count: count.toLocaleString("en"),
      });
      return { structured, format: "avro", steps: [{ stage: "bytes", outcome: "ok", sentence }] };
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      const problem = t("It begins like an Avro file, but cannot be read: {reason}", { reason: sentenceOf(error) });
      return { problem, steps: [{ stage: "bytes", outcome: "failed", sentence: problem }] };
    }
  }

  #schemas(): Promise<Schemas | undefined> {
    return this.#options.schemas?.schemas() ?? Promise.resolve(undefined);
  }
}

function nothing(problem: string, steps: readonly BodyStep[] = []): Found {
  return { problem, steps };
}

function schemaStep({ name, file }: Candidate): BodyStep {
  return { stage: "schema", outcome: "ok", sentence: t("Read as {name} ({file})", { name, file }) };
}

function problemSteps(schemas: Schemas | undefined): readonly BodyStep[] {
  const problems = schemas?.problems ?? [];
  return problems.slice(0, mostProblems).map((sentence) => ({ stage: "schema", outcome: "failed", sentence }));
}
