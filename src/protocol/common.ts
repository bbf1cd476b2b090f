import type { Environment } from "../broker/environment.ts";

/** What every page is told about the connection it belongs to, so that nobody mistakes production for a test. */
export interface ConnectionBadge {
  readonly name: string;
  readonly environment?: Environment;
  /** Changes are refused. Absent = they are not. */
  readonly readOnly?: boolean;
}
