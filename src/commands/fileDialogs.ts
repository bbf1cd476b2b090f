/** How commands ask for places on the disk. `views/fileDialogs.ts` does it with VS Code; tests answer in advance. */
export interface FileDialogs {
  /** Where to write a file; whether it may be replaced has been asked. undefined = the user changed their mind. */
  save(question: {
    readonly title: string;
    readonly name: string;
    readonly kind: FileKind;
  }): Promise<string | undefined>;
  /** A file to read. */
  open(question: {
    readonly title: string;
    readonly act: string;
    readonly kind: FileKind;
  }): Promise<string | undefined>;
  /** A folder that exists. */
  folder(question: { readonly title: string; readonly act: string }): Promise<string | undefined>;
  /** Opens a file in the editor. */
  show(path: string): unknown;
}

export interface FileKind {
  /** "JSON Lines" */
  readonly label: string;
  /** Without the point. */
  readonly endings: readonly string[];
}
