/** The schema files of the workspace, read when a body asks for them. */
import { t } from "@vscode/l10n";
import { sentenceOf } from "../../broker/errors.ts";
import type { BodyTypes } from "../../protocol/body.ts";
import { type AvroType, parseAvroSchema } from "./avroSchema.ts";
import { ProtobufSchema } from "./protobufSchema.ts";
import type { MessageType } from "./protobufTypes.ts";

export interface SchemaFile {
  /** Relative to the workspace, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Where schemas come from; asked each time, so that what changed is seen. */
export interface SchemaSource {
  /** The same object as long as no file changes. */
  schemas(): Promise<Schemas>;
}

export interface NamedSchema<T> {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly type: T;
}

/** All that the schema files define. */
export class Schemas {
  readonly avro: readonly NamedSchema<AvroType>[];
  readonly problems: readonly string[];
  readonly #protobuf: ProtobufSchema | undefined;
  readonly #types: readonly { readonly id: string; readonly name: string; readonly file: string }[];

  private constructor(
    protobuf: ProtobufSchema | undefined,
    avroFiles: readonly SchemaFile[],
    before: readonly string[],
  ) {
    const problems = [...before, ...(protobuf?.problems ?? [])];
    this.#protobuf = protobuf;
    this.#types = (protobuf?.types() ?? []).map((each) => ({ id: `${each.file}#${each.name}`, ...each }));
    this.avro = avroFiles.flatMap(({ path, text }) => {
      try {
        const type = parseAvroSchema(text);
        return [{ id: path, name: "name" in type ? type.name : type.kind, file: path, type }];
      } catch (error) {
        problems.push(t("{file} cannot be read: {reason}", { file: path, reason: sentenceOf(error) }));
        return [];
      }
    });
    this.problems = problems;
  }

  /**
   * Reads the files; what cannot be read is a problem, not an error.
   * @param problems files that could not even be opened, in words
   */
  static async read(files: readonly SchemaFile[], problems: readonly string[] = []): Promise<Schemas> {
    const protoFiles = files.filter(({ path }) => path.endsWith(".proto"));
    const protobuf = protoFiles.length === 0 ? undefined : await loadProtobuf(protoFiles);
    const avroFiles = files.filter(({ path }) => path.endsWith(".avsc"));
    return new Schemas(protobuf, avroFiles, problems);
  }

  get types(): BodyTypes {
    return {
      protobuf: this.#types,
      avro: this.avro.map(({ id, name, file }) => ({ id, name, file })),
      problems: this.problems,
    };
  }

  /** The message of an id, or of a name that only one file or several alike define. */
  message(idOrName: string): MessageType | undefined {
    const found =
      this.#types.find(({ id }) => id === idOrName) ??
      this.#types.find(({ name }) => name === idOrName || name.endsWith(`.${idOrName}`));
    return found && this.#protobuf?.message(found.file, found.name);
  }

  avroSchema(idOrName: string): NamedSchema<AvroType> | undefined {
    return (
      this.avro.find(({ id }) => id === idOrName) ??
      this.avro.find(({ name }) => name === idOrName || name.endsWith(`.${idOrName}`))
    );
  }
}

async function loadProtobuf(files: readonly SchemaFile[]): Promise<ProtobufSchema> {
  // CommonJS: once bundled it has no names but this.
  const { default: library } = await import("protobufjs");
  return ProtobufSchema.read(library, files);
}
