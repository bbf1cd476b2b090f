import { secretNames } from "./profile.ts";
import type { SecretName } from "./profile.ts";

/** The shape of `vscode.SecretStorage`. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** Secrets by name. An absent one is not known. */
export type Secrets = { readonly [name in SecretName]?: string | undefined };

/** The secrets of connections, by the id that `secretsId` of a profile gives. The only place where they are kept. */
export class SecretVault {
  readonly #store: SecretStore;

  constructor(store: SecretStore) {
    this.#store = store;
  }

  async get(id: string, name: SecretName): Promise<string | undefined> {
    return this.#store.get(keyOf(id, name));
  }

  /** An absent or empty value removes the secret. */
  async set(id: string, name: SecretName, value: string | undefined): Promise<void> {
    if (value === undefined || value === "") await this.#store.delete(keyOf(id, name));
    else await this.#store.store(keyOf(id, name), value);
  }

  /** All secrets of one connection. */
  async all(id: string): Promise<Secrets> {
    const found: { [name in SecretName]?: string } = {};
    for (const name of secretNames) {
      const value = await this.get(id, name);
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  /** Sets every secret that `secrets` names; one that it gives as undefined is removed. */
  async setAll(id: string, secrets: Secrets): Promise<void> {
    for (const name of secretNames) if (name in secrets) await this.set(id, name, secrets[name]);
  }

  async clear(id: string): Promise<void> {
    for (const name of secretNames) await this.set(id, name, undefined);
  }

  /** Afterwards `to` has exactly the secrets of `from`. */
  async copy(from: string, to: string): Promise<void> {
    if (from === to) return;
    for (const name of secretNames) await this.set(to, name, await this.get(from, name));
  }
}

function keyOf(id: string, name: SecretName): string {
  return `mq.secret:${name}:${id}`;
}
