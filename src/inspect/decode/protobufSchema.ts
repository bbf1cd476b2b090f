/** Reads `.proto` files. The library is used for its parser and its description of types only: its own decoders are generated code. */
import { t } from "@vscode/l10n";
import type * as protobufjs from "protobufjs";
import { Slices } from "./slices.ts";
import { type FieldType, type MessageType, type ScalarType, scalarTypes, type ValueType } from "./protobufTypes.ts";

type Library = (typeof protobufjs)["default"];

export interface ProtoFile {
  /** Relative to the workspace, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** The messages that a set of files define. */
export class ProtobufSchema {
  readonly #library: Library;
  readonly #files: ReadonlyMap<string, ProtoFile>;
  readonly #names = new Map<string, readonly string[]>();
  readonly #roots = new Map<string, protobufjs.Root>();
  readonly #messages = new Map<protobufjs.Type, MessageType>();
  /** Files that cannot be read, in words. */
  readonly problems: string[] = [];

  private constructor(library: Library, files: readonly ProtoFile[]) {
    this.#library = library;
    this.#files = new Map(files.map((file) => [file.path, file]));
  }

  /** Reads the files, in slices. What cannot be read is one of the problems. */
  static async read(library: Library, files: readonly ProtoFile[]): Promise<ProtobufSchema> {
    const schema = new ProtobufSchema(library, files);
    const slices = new Slices();
    for (const file of files) {
      schema.#readNames(file);
      const pause = slices.pause();
      if (pause) await pause;
    }
    return schema;
  }

  #readNames(file: ProtoFile): void {
    try {
      this.#names.set(file.path, messageNames(this.#parse(file, new this.#library.Root()).root));
    } catch (error) {
      this.problems.push(problemOf(file, error));
    }
  }

  /** The messages in the order of the files. */
  types(): readonly { readonly file: string; readonly name: string }[] {
    return [...this.#names].flatMap(([file, names]) => names.map((name) => ({ file, name })));
  }

  /** @returns undefined when there is none of that name */
  message(file: string, name: string): MessageType | undefined {
    if (!this.#names.get(file)?.includes(name)) return undefined;
    let root = this.#roots.get(file);
    if (!root) this.#roots.set(file, (root = this.#withImports(file)));
    try {
      return this.#message(root.lookupType(name));
    } catch {
      return undefined;
    }
  }

  #parse(file: ProtoFile, root: protobufjs.Root): protobufjs.IParserResult {
    return this.#library.parse(file.text, root, { keepCase: true });
  }

  #withImports(path: string): protobufjs.Root {
    const root = new this.#library.Root();
    const done = new Set<string>();
    const waiting = [path];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (done.has(next)) continue;
      done.add(next);
      const file = this.#find(next);
      const common = file ? undefined : this.#library.common.get(next);
      try {
        if (common?.nested) root.addJSON(common.nested);
        if (file) waiting.push(...(this.#parse(file, root).imports ?? []));
      } catch {
        // What it defines is shown by number, like what is missing.
      }
    }
    return root;
  }

  /** An import names a file from a root that only the build knows: the end of the path decides. */
  #find(path: string): ProtoFile | undefined {
    const exact = this.#files.get(path);
    if (exact) return exact;
    const ending = `/${path.replace(/^(\.{0,2}\/)+/, "")}`;
    for (const [each, file] of this.#files) if (each.endsWith(ending)) return file;
    return undefined;
  }

  #message(type: protobufjs.Type): MessageType {
    const known = this.#messages.get(type);
    if (known) return known;
    const fields = new Map<number, FieldType | undefined>();
    const message: MessageType = {
      name: type.fullName.replace(/^\./, ""),
      field: (number) => {
        if (fields.has(number)) return fields.get(number);
        const field = type.fieldsById[number];
        const read = field && this.#field(field);
        fields.set(number, read);
        return read;
      },
    };
    this.#messages.set(type, message);
    return message;
  }

  #field(field: protobufjs.Field): FieldType {
    const key = field instanceof this.#library.MapField ? scalarOf(field.keyType) : undefined;
    return { name: field.name, repeated: field.repeated, value: this.#value(field), ...(key ? { key } : {}) };
  }

  #value(field: protobufjs.Field): ValueType {
    const scalar = scalarOf(field.type);
    if (scalar) return { kind: "scalar", scalar };
    try {
      const type = field.parent?.lookup(field.type, [this.#library.Type, this.#library.Enum]);
      if (type instanceof this.#library.Type) return { kind: "message", message: this.#message(type) };
      if (type instanceof this.#library.Enum)
        return {
          kind: "enum",
          name: type.name,
          words: new Map(Object.entries(type.values).map(([word, number]) => [number, word])),
        };
    } catch {
      // Not in the files of the workspace.
    }
    return { kind: "unknown" };
  }
}

function scalarOf(type: string): ScalarType | undefined {
  return scalarTypes.find((each) => each === type);
}

function messageNames(root: protobufjs.NamespaceBase): string[] {
  const names: string[] = [];
  const waiting: protobufjs.ReflectionObject[] = [...root.nestedArray];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    if (!("nestedArray" in next)) continue;
    if ("fields" in next) names.push(next.fullName.replace(/^\./, ""));
    waiting.push(...(next as protobufjs.NamespaceBase).nestedArray);
  }
  return names;
}

/** The library's message ends in "(line 3)". */
function problemOf(file: ProtoFile, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const found = /^(.*) \((?:[^()]*, )?line (\d+)\)$/s.exec(message);
  if (!found) return t("{file} cannot be read: {reason}.", { file: file.path, reason: message });
  return t("{file}, line {line}: {reason}.", { file: file.path, line: found[2] ?? "", reason: found[1] ?? "" });
}
