import { JsonReader } from "./jsonReader.ts";
import { PrettyPrinter } from "./pretty.ts";

/**
 * JSON indented by two spaces. Numbers stay as they are written, however large; duplicate keys stay.
 * @throws BrokerError `invalid` with line, column and reason, field `body`
 */
export function indentJson(text: string): string {
  const printer = new PrettyPrinter(new JsonReader(Buffer.from(text)));
  while (!printer.run(Infinity));
  return printer.text;
}

/** Whether all of it is one JSON value. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
