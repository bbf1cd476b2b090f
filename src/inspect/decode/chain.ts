/** The order in which it is found out what a body is, and what is told of it. */
import { t } from "@vscode/l10n";
import type { BodyChoice, BodyStep, BodyView, Format } from "../../protocol/body.ts";
import { findCharset, readText, toUtf8 } from "./charset.ts";
import { CborReader } from "./cborReader.ts";
import { claimOf, type TypeClaim } from "./contentType.ts";
import { type ImageHead, imageHead } from "./image.ts";
import { JsonReader } from "./jsonReader.ts";
import { MsgpackReader } from "./msgpackReader.ts";
import { withoutHalf } from "../preview.ts";
import { formatWord } from "./formatWord.ts";
import type { Start } from "./reader.ts";
import { SchemaStage } from "./schemaStage.ts";
import type { SchemaSource } from "./schemas.ts";
import { Slices } from "./slices.ts";
import { readStructured, type Structured } from "./structured.ts";
import { indentLongXml } from "./xml.ts";

/** What was found out. */
export interface Reading {
  readonly format: BodyView["format"];
  readonly language: BodyView["language"];
  /** Readable: indented, or as it is. */
  readonly text?: string;
  /** As it arrived, where that is text. */
  readonly raw?: string;
  readonly cut: boolean;
  readonly start?: Start;
  readonly image?: ImageHead;
}

export interface ChainOptions {
  readonly contentType: string | undefined;
  readonly whole: boolean;
  /** Characters of text. */
  readonly limit: number;
  readonly choice: BodyChoice;
  readonly schemas: SchemaSource | undefined;
}

type Attempt = { readonly reading: Reading; readonly steps: readonly BodyStep[] } | { readonly problem: string };

/** Characters that are looked through in one go. */
const sliceChars = 256 * 1024;
/** More pixels than this are not drawn: what unpacks them would take gigabytes. */
const mostPixels = 64 * 1024 * 1024;

/** Finds out what unpacked bytes are. */
export class Chain {
  readonly #bytes: Buffer;
  readonly #options: ChainOptions;
  readonly #claim: TypeClaim;
  readonly #schemas: SchemaStage;
  readonly #steps: BodyStep[] = [];

  constructor(bytes: Buffer, options: ChainOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.#claim = claimOf(options.contentType);
    this.#schemas = new SchemaStage(bytes, this.#claim, options);
  }

  get steps(): readonly BodyStep[] {
    return this.#steps;
  }

  async run(): Promise<Reading> {
    if (this.#bytes.length === 0) return { format: "empty", language: "plaintext", cut: false };
    return (await this.#forced()) ?? (await this.#claimed()) ?? (await this.#byBytes()) ?? (await this.#guessed());
  }

  async #forced(): Promise<Reading | undefined> {
    const { format, charset } = this.#options.choice;
    if (format === "hex") {
      this.#tell("format", "ok", t("Bytes (you chose so)"));
      return binary;
    }
    if (format === undefined) return charset === undefined ? undefined : this.#text(this.#claim.format);
    const attempt = await this.#attempt(format, true);
    const word = formatWord(format);
    if ("problem" in attempt) {
      this.#tell(
        "format",
        "failed",
        t("You chose {format}, but it is not that. {problem}", { format: word, problem: attempt.problem }),
      );
      return undefined;
    }
    this.#tell("format", "ok", t("{format} (you chose so)", { format: word }));
    this.#steps.push(...attempt.steps);
    return attempt.reading;
  }

  async #claimed(): Promise<Reading | undefined> {
    const { format, text } = this.#claim;
    if (format === undefined) {
      if (text !== "")
        this.#tell(
          "type",
          "skipped",
          t("The content type “{contentType}” does not say how to read it.", { contentType: text }),
        );
      return undefined;
    }
    if (format === "text") return this.#text("text");
    const word = formatWord(format);
    const attempt = await this.#attempt(format, false);
    if ("problem" in attempt) {
      this.#tell(
        "type",
        "failed",
        t("Not {format}, although the content type says so. {problem}", { format: word, problem: attempt.problem }),
      );
      return undefined;
    }
    this.#tell("type", "ok", t("{format} (content type)", { format: word }));
    this.#steps.push(...attempt.steps);
    return attempt.reading;
  }

  async #byBytes(): Promise<Reading | undefined> {
    const image = imageHead(this.#bytes);
    if (image) {
      const attempt = this.#image();
      if (!("problem" in attempt)) {
        this.#tell("bytes", "ok", t("Image, {type} (by its first bytes)", { type: image.type }));
        return attempt.reading;
      }
      this.#tell("bytes", "failed", attempt.problem);
      return binary;
    }
    const found = await this.#schemas.byBytes();
    this.#steps.push(...found.steps);
    if (found.structured) return structuredReading(found.format, found.structured);
    if (this.#bytes.length > 3 && this.#bytes.readUIntBE(0, 3) === 0xd9d9f7) {
      const attempt = await this.#attempt("cbor", false);
      if (!("problem" in attempt)) {
        this.#tell("bytes", "ok", t("CBOR (by its first bytes)"));
        this.#steps.push(...attempt.steps);
        return attempt.reading;
      }
      this.#tell("bytes", "failed", t("It begins like CBOR, but is not. {problem}", attempt));
    }
    return undefined;
  }

  /** Nobody says what it is: text that looks like something, what fits a schema, what reads without a fault. */
  async #guessed(): Promise<Reading> {
    const first = this.#bytes.subarray(0, 64).toString("latin1").trimStart()[0] ?? "";
    const looks = "{[<".includes(first) && first !== "";
    const early = looks ? await this.#text(undefined, false) : undefined;
    if (early) return early;
    const found = await this.#schemas.guess();
    this.#steps.push(...found.steps);
    if (found.structured) return structuredReading(found.format, found.structured);
    const text = looks ? undefined : await this.#text(undefined, false);
    if (text) return text;
    for (const format of ["msgpack", "cbor"] as const) {
      if (format === this.#claim.format || !this.#mayBe(format)) continue;
      const attempt = await this.#attempt(format, false);
      const word = formatWord(format);
      if ("problem" in attempt) {
        this.#tell("format", "skipped", t("Not {format}. {problem}", { format: word, problem: attempt.problem }));
        continue;
      }
      this.#tell("format", "ok", t("{format} (all of it reads as such)", { format: word }));
      this.#steps.push(...attempt.steps);
      return attempt.reading;
    }
    const guessed = await this.#text(undefined);
    if (guessed) return guessed;
    this.#tell("format", "ok", t("Binary (not text)"));
    return binary;
  }

  /** A single number would be anything: only what begins as a map or a list is tried. */
  #mayBe(format: "msgpack" | "cbor"): boolean {
    const code = this.#bytes[0] ?? 0;
    if (format === "msgpack") return (code >= 0x80 && code < 0xa0) || (code >= 0xdc && code <= 0xdf);
    return code >= 0x80 && code < 0xdc;
  }

  async #attempt(format: Format, forced: boolean): Promise<Attempt> {
    switch (format) {
      case "json":
      case "xml":
      case "text":
        return this.#textAttempt(format, forced);
      case "msgpack":
        return this.#structured(format, (partial) => () => new MsgpackReader(this.#bytes, { partial }), forced);
      case "cbor":
        return this.#structured(format, (partial) => () => new CborReader(this.#bytes, { partial }), forced);
      case "protobuf":
      case "avro": {
        const found = await this.#schemas.as(format, forced);
        if (!found.structured) return { problem: found.problem };
        return {
          reading: structuredReading(format, found.structured),
          steps: [...found.steps, ...faultOf(found.structured)],
        };
      }
      case "image":
        return this.#image();
      case "hex":
        return { reading: binary, steps: [] };
      default:
        return format satisfies never;
    }
  }

  async #structured(format: "msgpack" | "cbor", make: (partial: boolean) => Start, forced: boolean): Promise<Attempt> {
    const { limit, whole } = this.#options;
    const read = await readStructured(make(!whole), { limit, whole, unique: true });
    if (read.problem !== undefined && (!forced || read.text === "")) return { problem: read.problem };
    return { reading: structuredReading(format, read), steps: [...read.notes, ...faultOf(read)] };
  }

  #image(): Attempt {
    const image = imageHead(this.#bytes);
    if (!image)
      return { problem: t("It does not begin like an image that is shown here (PNG, JPEG, GIF, WebP, BMP).") };
    if (!this.#options.whole) return { problem: t("The image was too large to keep whole.") };
    const size = { width: image.width.toLocaleString("en"), height: image.height.toLocaleString("en") };
    if (image.width * image.height > mostPixels)
      return { problem: t("The image has {width} × {height} pixels: too many to be drawn.", size) };
    const steps: BodyStep[] = [
      {
        stage: "bytes",
        outcome: "ok",
        sentence: t("{type}, {width} × {height} pixels", { type: image.type, ...size }),
      },
    ];
    return { reading: { ...binary, format: "image", image }, steps };
  }

  /** Text of whatever kind; its steps are told. */
  async #text(claimed: Format | undefined, mayGuess = true): Promise<Reading | undefined> {
    const found = await this.#textAttempt(undefined, false, mayGuess);
    if ("problem" in found) {
      if (claimed !== undefined)
        this.#tell(
          "type",
          "failed",
          t("The content type says “{contentType}”, but the bytes are not text.", { contentType: this.#claim.text }),
        );
      return undefined;
    }
    this.#steps.push(...found.steps);
    return found.reading;
  }

  async #textAttempt(wanted: "json" | "xml" | "text" | undefined, forced: boolean, mayGuess = true): Promise<Attempt> {
    const { choice, limit, whole } = this.#options;
    // What was cut in the middle of a character is text all the same.
    const bytes = whole ? this.#bytes : withoutHalf(this.#bytes);
    const isText = forced || choice.charset !== undefined || ["json", "xml", "text"].includes(this.#claim.format ?? "");
    const { charset, steps } = await findCharset(bytes, {
      named: this.#claim.charset,
      forced: choice.charset,
      isText,
      mayGuess,
      whole,
    });
    if (charset === undefined) return { problem: t("The bytes are not text.") };
    const { text: raw, cut } = await readText(bytes, charset, limit);
    const partial = cut || !whole;
    const first = /\S/.exec(raw)?.[0];
    const plain: Reading = { format: "text", language: "plaintext", text: raw, raw, cut: partial };
    const all: BodyStep[] = [...steps, ...(await hiddenNote(raw))];
    if (wanted === "text") return { reading: plain, steps: all };
    const claimed = this.#claim.format;
    if (wanted === "json" || (wanted === undefined && claimed !== "json" && (first === "{" || first === "["))) {
      const utf8 = await toUtf8(bytes, charset);
      const read = await readStructured(() => new JsonReader(utf8, { partial: !whole }), {
        limit,
        whole,
        unique: true,
      });
      if (read.problem === undefined) {
        const reading: Reading = { ...structuredReading("json", read), raw, cut: read.cut || cut, language: "json" };
        return { reading, steps: [...all, ...looksLike(wanted, "json"), ...read.notes] };
      }
      if (wanted === "json") return { problem: read.problem };
      all.push({
        stage: "format",
        outcome: "skipped",
        sentence: t("It looks like JSON, but is not. {problem}", { problem: read.problem }),
      });
    }
    if (wanted === "xml" || (claimed !== "xml" && first === "<")) {
      const read = await indentLongXml(raw, { partial, limit });
      if (read) {
        const reading: Reading = {
          format: "xml",
          language: "xml",
          text: read.text.slice(0, limit),
          raw,
          cut: read.cut || partial,
        };
        return { reading, steps: [...all, ...looksLike(wanted, "xml")] };
      }
      if (wanted === "xml") return { problem: t("Its tags do not fit each other.") };
    }
    return { reading: plain, steps: [...all, { stage: "format", outcome: "ok", sentence: t("Text") }] };
  }

  #tell(stage: BodyStep["stage"], outcome: BodyStep["outcome"], sentence: string): void {
    this.#steps.push({ stage, outcome, sentence });
  }
}

const binary: Reading = { format: "binary", language: "plaintext", cut: false };

function structuredReading(format: Exclude<BodyView["format"], "empty" | "binary">, read: Structured): Reading {
  return { format, language: read.json ? "json" : "plaintext", text: read.text, cut: read.cut, start: read.start };
}

function faultOf({ problem }: Structured): readonly BodyStep[] {
  if (problem === undefined) return [];
  return [
    {
      stage: "format",
      outcome: "failed",
      sentence: t("Only what stands before this could be read. {problem}", { problem }),
    },
  ];
}

function looksLike(wanted: Format | undefined, format: "json" | "xml"): readonly BodyStep[] {
  if (wanted !== undefined) return [];
  return [{ stage: "format", outcome: "ok", sentence: t("{format} (looks like it)", { format: formatWord(format) }) }];
}

/** Marks that turn text around or cannot be seen may make it look like what it is not. */
async function hiddenNote(text: string): Promise<readonly BodyStep[]> {
  const slices = new Slices();
  let found = 0;
  for (let at = 0; at < text.length; at += sliceChars) {
    found += text.slice(at, at + sliceChars).match(hidden)?.length ?? 0;
    const pause = slices.pause();
    if (pause) await pause;
  }
  if (found === 0) return [];
  const sentence = t("{count} characters cannot be seen or change the direction of the text: tree and hex show them.", {
    count: found.toLocaleString("en"),
  });
  return [{ stage: "note", outcome: "failed", sentence }];
}

const hidden = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]/gu;
