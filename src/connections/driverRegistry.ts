import { t } from "@vscode/l10n";
import type { Driver } from "../broker/contract.ts";
import { BrokerError } from "../broker/errors.ts";

/** URI scheme → its driver, loaded when first used. */
export type DriverRegistry = Readonly<Record<string, () => Promise<Driver>>>;

/** @throws BrokerError `invalid` when the text is no URI, or of a scheme that no driver has */
export async function driverFor(drivers: DriverRegistry, uri: string): Promise<Driver> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1]?.toLowerCase();
  const load = scheme === undefined ? undefined : Object.entries(drivers).find(([name]) => name === scheme)?.[1];
  if (load) return load();
  const schemes = Object.keys(drivers)
    .map((name) => `${name}://`)
    .join(", ");
  throw new BrokerError(
    "invalid",
    t("That is not an address of a broker. It has to start with one of: {schemes}", { schemes }),
  );
}

/** Every driver once, in the order of the registry. */
export async function allDrivers(drivers: DriverRegistry): Promise<readonly Driver[]> {
  return [...new Set(await Promise.all(Object.values(drivers).map((load) => load())))];
}
