import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";

/** The files below a folder that hold the text, in UTF-8 or UTF-16, by their paths in it. */
export async function filesWith(folder: string, texts: readonly string[]): Promise<readonly string[]> {
  const wanted = texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, "utf16le")]);
  const holding: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // A file that went in the meantime was not kept.
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (wanted.some((text) => bytes.includes(text))) holding.push(relative(folder, path));
  }
  return holding.sort();
}
