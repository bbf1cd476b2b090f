/** What every page starts with: its port to the host, its remembered state, its texts and its controls. */
import { config } from "@vscode/l10n";
import type { Port } from "../src/protocol/peer.ts";
import { registerControls } from "./ui.ts";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Page<State> {
  readonly port: Port;
  /** What was remembered before the page was hidden; undefined at first. */
  readonly state: State | undefined;
  remember(state: State): void;
}

/** Call once, first. */
export function startPage<State>(): Page<State> {
  const texts = document.getElementById("l10n")?.textContent;
  if (texts) config({ contents: JSON.parse(texts) as Record<string, string> });
  registerControls();
  const api = acquireVsCodeApi();
  return {
    port: {
      post: (message) => {
        api.postMessage(message);
      },
      receive: (listener) => {
        const onMessage = (event: MessageEvent<unknown>): void => {
          listener(event.data);
        };
        window.addEventListener("message", onMessage);
        return () => {
          window.removeEventListener("message", onMessage);
        };
      },
    },
    state: api.getState() as State | undefined,
    remember: (state) => {
      api.setState(state);
    },
  };
}
