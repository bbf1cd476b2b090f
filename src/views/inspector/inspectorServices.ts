import type { Memento } from "vscode";
import { MessageDocuments } from "../documents.ts";
import { BodyChoices } from "./bodyChoices.ts";
import { ColumnsMemory } from "./columnsMemory.ts";
import type { InspectorDeps } from "./inspectorDeps.ts";
import { SavedFilters } from "./savedFilters.ts";
import { SchemaFiles } from "./schemaFiles.ts";

/** What all inspectors share, and what is remembered for them in the workspace. */
export interface InspectorServices extends Pick<
  InspectorDeps,
  "documents" | "savedFilters" | "bodyChoices" | "schemas" | "columns"
> {
  dispose(): void;
}

export function inspectorServices(workspaceState: Pick<Memento, "get" | "update">): InspectorServices {
  const documents = new MessageDocuments();
  const schemas = new SchemaFiles();
  return {
    documents,
    savedFilters: new SavedFilters(workspaceState),
    bodyChoices: new BodyChoices(workspaceState),
    schemas,
    columns: new ColumnsMemory(workspaceState),
    dispose: () => {
      documents.dispose();
      schemas.dispose();
    },
  };
}
