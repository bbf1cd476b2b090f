import type { NodeDeps } from "../../commands/deps.ts";
import type { DriverRegistry } from "../../connections/driverRegistry.ts";
import type { MessageDocuments } from "../documents.ts";

/** What the commands that act on messages work with. */
export interface ActionDeps extends NodeDeps {
  readonly documents: MessageDocuments;
  readonly drivers: DriverRegistry;
  /** Something left its source, or came to another. */
  settled(): void;
}
