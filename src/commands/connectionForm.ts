import { t } from "@vscode/l10n";
import type { Driver } from "../broker/contract.ts";
import { environments } from "../broker/environment.ts";
import { BrokerError } from "../broker/errors.ts";
import { textOf } from "../broker/form.ts";
import type { Field, Form, Values } from "../broker/form.ts";
import type { Profile, ProfileTls } from "../connections/profile.ts";
import { environmentLabel } from "../protocol/environmentLabel.ts";

/**
 * The fields of a connection: the driver's own for the address, and ours, whose names start with "profile".
 * @param byDefault whether a connection to another computer begins as read-only
 */
export function connectionForm(driver: Driver, title: string, byDefault: boolean): Form {
  return {
    id: "connection",
    title,
    submit: t("Save"),
    fields: [
      { name: "profileName", label: t("Name"), type: "text", required: true },
      ...driver.addressFields,
      ...adminFields(driver),
      {
        name: "profileEnvironment",
        label: t("Environment"),
        type: "choice",
        default: "",
        help: t("Colours the connection everywhere. In production, deleting asks for the name."),
        choices: [
          { value: "", label: t("None") },
          ...environments.map((value) => ({ value, label: environmentLabel(value) })),
        ],
      },
      {
        name: "profileChanges",
        label: t("Changes"),
        type: "choice",
        default: "host",
        help: t("A read-only connection refuses to publish, consume, purge, delete and change anything else."),
        choices: [
          {
            value: "host",
            label: byDefault ? t("Read-only unless the broker is on this computer") : t("Allowed, as the settings say"),
          },
          { value: "refused", label: t("Read-only") },
          { value: "allowed", label: t("Allowed") },
        ],
      },
      ...tlsFields(),
    ],
  };
}

/** What the fields say for this profile. */
export function connectionValues(driver: Driver, profile: Profile): Values {
  const { tls, admin } = profile;
  return {
    ...addressValues(driver, profile.uri),
    profileName: profile.name,
    profileAdmin: admin === undefined ? "derived" : admin === "" ? "none" : "own",
    profileAdminUrl: admin || (derivedAdmin(driver, profile.uri) ?? ""),
    profileEnvironment: profile.environment ?? "",
    profileChanges: profile.readOnly === undefined ? "host" : profile.readOnly ? "refused" : "allowed",
    profileCaFile: tls?.caFile ?? "",
    profileCertFile: tls?.certFile ?? "",
    profileKeyFile: tls?.keyFile ?? "",
    profileServerName: tls?.serverName ?? "",
    profileVerify: tls?.verify === false ? "off" : "on",
  };
}

/**
 * The profile with what the fields say, and the password if the address held one.
 * @throws BrokerError `invalid` with the field at fault
 */
export function profileFrom(
  driver: Driver,
  before: Profile,
  values: Values,
): { readonly profile: Profile; readonly password?: string } {
  const address = driver.parse(changedUri(driver, before.uri, values));
  const admin = adminFrom(driver, values);
  const environment = environments.find((each) => each === textOf(values, "profileEnvironment"));
  const changes = textOf(values, "profileChanges");
  const tls = tlsFrom(values);
  const { id, source, pins } = before;
  return {
    profile: {
      id,
      source,
      pins,
      name: textOf(values, "profileName"),
      uri: address.uri,
      ...(admin !== undefined && { admin }),
      ...(environment && { environment }),
      ...(changes !== "" && changes !== "host" && { readOnly: changes === "refused" }),
      ...(tls && { tls }),
    },
    ...(address.password !== undefined && { password: address.password }),
  };
}

/** A sentence when this is not the URL of a management API, else undefined. */
export function adminProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return t("Write a whole URL, such as http://localhost:15672, or leave it empty for none.");
  }
  if (url.username || url.password) return t("Leave user and password out: the login of the broker is used.");
  return undefined;
}

function adminFields(driver: Driver): readonly Field[] {
  if (driver.adminLabel === undefined) return [];
  return [
    {
      name: "profileAdmin",
      label: driver.adminLabel,
      type: "choice",
      default: "derived",
      choices: [
        { value: "derived", label: t("Derived from the address") },
        { value: "own", label: t("Another URL") },
        { value: "none", label: t("None: do not use it") },
      ],
    },
    {
      name: "profileAdminUrl",
      label: t("URL"),
      type: "text",
      placeholder: "http://localhost:15672",
      when: { field: "profileAdmin", is: ["own"] },
    },
  ];
}

function tlsFields(): readonly Field[] {
  const group = t("TLS");
  const help = t("PEM file. The path is absolute, or relative to the workspace folder.");
  return [
    { name: "profileCaFile", label: t("CA certificate"), type: "text", group, help },
    { name: "profileCertFile", label: t("Client certificate"), type: "text", group, help },
    {
      name: "profileKeyFile",
      label: t("Client key file"),
      type: "text",
      group,
      help: t(
        "PEM file, read on every connect. To keep the key in the secret storage instead, set “Client key” above.",
      ),
    },
    {
      name: "profileServerName",
      label: t("Server name"),
      type: "text",
      group,
      help: t("The name in the server's certificate, when it is not the host."),
    },
    {
      name: "profileVerify",
      label: t("Certificate verification"),
      type: "choice",
      group,
      default: "on",
      choices: [
        { value: "on", label: t("Verify the server's certificate") },
        {
          value: "off",
          label: t("Do not verify the certificate (insecure)"),
          help: t("Anybody on the way can read and change everything, the password included."),
        },
      ],
    },
  ];
}

function addressValues(driver: Driver, uri: string): Values {
  try {
    return driver.decompose(uri);
  } catch {
    // A malformed URI: the fields start empty.
    return {};
  }
}

/** The URI as it was unless its fields changed: it may say more than the fields do. */
function changedUri(driver: Driver, before: string, values: Values): string {
  const names = new Set(driver.addressFields.map(({ name }) => name));
  const composed = driver.compose(Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name))));
  try {
    return composed === driver.compose(driver.decompose(before)) ? before : composed;
  } catch {
    return composed;
  }
}

function derivedAdmin(driver: Driver, uri: string): string | undefined {
  try {
    return driver.parse(uri).admin;
  } catch {
    return undefined;
  }
}

function adminFrom(driver: Driver, values: Values): string | undefined {
  const mode = textOf(values, "profileAdmin");
  if (driver.adminLabel === undefined || mode === "" || mode === "derived") return undefined;
  if (mode === "none") return "";
  const url = textOf(values, "profileAdminUrl");
  const problem = adminProblem(url);
  if (problem !== undefined) throw new BrokerError("invalid", problem, { field: "profileAdminUrl" });
  return url;
}

function tlsFrom(values: Values): ProfileTls | undefined {
  const caFile = textOf(values, "profileCaFile");
  const certFile = textOf(values, "profileCertFile");
  const keyFile = textOf(values, "profileKeyFile");
  const serverName = textOf(values, "profileServerName");
  const tls: ProfileTls = {
    ...(caFile && { caFile }),
    ...(certFile && { certFile }),
    ...(keyFile && { keyFile }),
    ...(serverName && { serverName }),
    ...(textOf(values, "profileVerify") === "off" && { verify: false }),
  };
  return Object.keys(tls).length > 0 ? tls : undefined;
}
