/** The shell of every webview panel: its HTML under a strict policy, and the port to the page inside. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Environment } from "../broker/environment.ts";
import type { Port } from "../protocol/peer.ts";

export type PageName = "inspector" | "publish" | "form" | "conversation";

export interface PageOptions {
  readonly page: PageName;
  readonly title: string;
  /** A codicon's name for the tab. */
  readonly icon: string;
  readonly environment?: Environment | undefined;
  readonly column?: vscode.ViewColumn;
}

export interface OpenPage {
  readonly panel: vscode.WebviewPanel;
  readonly port: Port;
}

/**
 * Opens a panel with one of the built pages. Set up a Peer on the port at once: the page speaks first, and again each
 * time it is shown (it is not kept while hidden).
 */
export function openPage(extensionUri: vscode.Uri, options: PageOptions): OpenPage {
  const root = vscode.Uri.joinPath(extensionUri, "dist", "webview");
  const panel = vscode.window.createWebviewPanel(
    `mq.${options.page}`,
    options.title,
    options.column ?? vscode.ViewColumn.Active,
    { enableScripts: true, localResourceRoots: [root], enableFindWidget: false },
  );
  const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, "media", theme, `${options.icon}.svg`);
  panel.iconPath = { light: icon("light"), dark: icon("dark") };
  panel.webview.html = html(panel.webview, root, options);
  return {
    panel,
    port: {
      // A page that is hidden or gone does not hear: it asks anew when it is shown.
      post: (message) => void panel.webview.postMessage(message),
      receive: (listener) => {
        const registration = panel.webview.onDidReceiveMessage(listener);
        return () => {
          registration.dispose();
        };
      },
    },
  };
}

function html(webview: vscode.Webview, root: vscode.Uri, options: PageOptions): string {
  const nonce = randomBytes(16).toString("base64");
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${webview.cspSource}`,
    // The toolkit's components and the virtual list position rows by style attributes and constructed sheets.
    `style-src ${webview.cspSource} 'unsafe-inline'`,
    `font-src ${webview.cspSource}`,
    // A body that is an image is drawn from the page's own memory.
    `img-src ${webview.cspSource} data:${options.page === "inspector" ? " blob:" : ""}`,
  ].join("; ");
  const texts = vscode.l10n.bundle;
  return `<!doctype html>
<html lang="${attribute(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${attribute(file("codicon.css"))}">
<link rel="stylesheet" href="${attribute(file(`${options.page}.css`))}">
<title>${attribute(options.title)}</title>
</head>
<body data-environment="${attribute(options.environment ?? "")}">
${texts ? `<script type="application/json" nonce="${nonce}" id="l10n">${JSON.stringify(texts).replaceAll("<", "\\u003c")}</script>` : ""}
<div id="app"></div>
<script type="module" nonce="${nonce}" src="${attribute(file(`${options.page}.js`))}"></script>
</body>
</html>`;
}

/** Text as the value of an attribute or as the content of an element. */
function attribute(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
