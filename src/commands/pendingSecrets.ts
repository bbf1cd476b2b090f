import { t } from "@vscode/l10n";
import type { SecretName } from "../connections/profile.ts";
import type { Secrets } from "../connections/secretVault.ts";
import type { Prompts, SecretQuestion } from "./prompts.ts";

/** Secrets that were asked for in a form and are not kept before it is submitted. */
export class PendingSecrets {
  readonly #prompts: Prompts;
  readonly #kept: Secrets;
  #changes: Secrets = {};

  /** @param kept what is kept so far */
  constructor(prompts: Prompts, kept: Secrets) {
    this.#prompts = prompts;
    this.#kept = kept;
  }

  /** Those that were set or removed (undefined) in the meantime. */
  get changes(): Secrets {
    return this.#changes;
  }

  /** As they are when the changes are kept. */
  get all(): Secrets {
    return { ...this.#kept, ...this.#changes };
  }

  set(name: SecretName, value: string | undefined): void {
    this.#changes = { ...this.#changes, [name]: value };
  }

  questions(): readonly SecretQuestion[] {
    return [
      this.#question("password", t("Password"), () => this.askPassword()),
      this.#question("clientKey", t("Client key"), () => this.#askClientKey()),
      this.#question("passphrase", t("Passphrase of the client key"), () =>
        this.#askText("passphrase", t("Passphrase of the client key")),
      ),
    ];
  }

  askPassword(): Promise<void> {
    return this.#askText("password", t("Password"));
  }

  #question(name: SecretName, label: string, ask: () => Promise<void>): SecretQuestion {
    return { name, label, isSet: () => this.all[name] !== undefined, ask };
  }

  async #askText(name: SecretName, title: string): Promise<void> {
    const prompt = t("It is kept in the secret storage. Leave it empty to remove what is kept.");
    const value = await this.#prompts.input({ title, prompt, password: true });
    if (value !== undefined) this.set(name, value === "" ? undefined : value);
  }

  async #askClientKey(): Promise<void> {
    if (this.all.clientKey !== undefined) {
      const choice = await this.#prompts.pick({
        title: t("Client key"),
        items: [
          { label: t("Choose another file…"), value: "choose" },
          { label: t("Remove the key"), value: "remove" },
        ],
      });
      if (choice === "remove") this.set("clientKey", undefined);
      if (choice !== "choose") return;
    }
    const file = await this.#prompts.file({ title: t("Client key (PEM)"), open: t("Use This Key") });
    if (!file) return;
    const text = new TextDecoder().decode(file.bytes);
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) this.set("clientKey", text);
    else this.#prompts.warn(t("{file} holds no private key in PEM form. Choose another file.", { file: file.name }));
  }
}
