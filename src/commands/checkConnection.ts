import { t } from "@vscode/l10n";
import type { Check } from "../broker/contract.ts";
import type { Profile } from "../connections/profile.ts";
import type { Secrets } from "../connections/secretVault.ts";
import type { ConnectionDeps } from "./deps.ts";

/** Tests a profile under a progress notification. With `secrets`, those are taken instead of the kept ones. */
export function checkConnection(
  deps: Pick<ConnectionDeps, "prompts" | "connections">,
  profile: Profile,
  secrets?: Secrets,
): Promise<readonly Check[]> {
  return deps.prompts.progress(t("Testing {name}…", { name: profile.name }), async (_, signal) => {
    const checks = await deps.connections.check(profile, signal, secrets);
    return signal.aborted ? [{ name: t("Connection"), ok: false, sentence: t("The test was cancelled.") }] : checks;
  });
}

/** One line for each part, the failed ones first. */
export function describeChecks(checks: readonly Check[]): string {
  return [...checks]
    .sort((a, b) => Number(a.ok) - Number(b.ok))
    .map(({ name, ok, sentence }) => t("{mark} {name}: {sentence}", { mark: ok ? "✓" : "✗", name, sentence }))
    .join("\n");
}

/** A sentence that names the parts that failed. */
export function failedParts(checks: readonly Check[]): string {
  const names = checks.filter(({ ok }) => !ok).map(({ name }) => name);
  return t("The test failed: {parts}", { parts: names.join(", ") });
}
