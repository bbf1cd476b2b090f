/** A URI without what must not be stored. */
export interface WithoutPassword {
  readonly uri: string;
  /** As it stands in the URI: still percent-encoded. */
  readonly password?: string;
}

const secretParameters = /^(password|passphrase|secret)$/i;

/**
 * Takes the password out of any URI, well-formed or not, without knowing its broker. When in doubt it takes too much
 * rather than too little.
 */
export function withoutPassword(uri: string): WithoutPassword {
  const query = withoutSecretParameters(uri);
  const parts = partsOf(query.uri);
  if (!parts) return query;
  const pieces = parts.authority.split("@");
  const hosts = pieces.pop() ?? "";
  let out = "";
  let password: string | undefined = query.password;
  let inPassword = false;
  pieces.forEach((piece, index) => {
    // "user:secret@host1,user:secret@host2": what stands before the last comma is a host.
    const comma = index === 0 ? -1 : piece.lastIndexOf(",");
    const user = piece.slice(comma + 1);
    const colon = user.indexOf(":");
    if (index > 0 && (comma < 0 || colon < 0) && inPassword) return;
    const before = piece.slice(0, comma + 1);
    out += `${before}${colon < 0 ? user : user.slice(0, colon)}@`;
    inPassword = colon >= 0;
    if (colon >= 0) password ??= user.slice(colon + 1);
  });
  const clean = `${parts.scheme}${out}${hosts}${parts.rest}`;
  return password === undefined ? { uri: clean } : { uri: clean, password };
}

/** The user of a URI, decoded; undefined when it names none. */
export function userOf(uri: string): string | undefined {
  const authority = partsOf(uri)?.authority ?? "";
  const at = authority.indexOf("@");
  if (at < 0) return undefined;
  return decoded(authority.slice(0, at).split(":")[0] ?? "") || undefined;
}

/** Who is told the secrets of this URI, in one text: scheme, user and hosts. */
export function originOf(uri: string): string {
  const parts = partsOf(withoutPassword(uri).uri);
  return parts ? `${parts.scheme}${parts.authority}`.toLowerCase() : "";
}

/**
 * Whether every host of this URI is this computer by its name, without knowing its broker. When in doubt it is not: only
 * the driver knows. A URI without a host is.
 */
export function looksLikeLoopback(uri: string): boolean {
  const authority = partsOf(uri)?.authority ?? "";
  const hosts = authority.split(",").map((part) => part.slice(part.lastIndexOf("@") + 1));
  return hosts.every((host) => /^(localhost|127(\.\d+){3}|\[::1\])?(:\d*)?$/i.test(host));
}

/** The text with its percent escapes replaced; as it is when they are malformed. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function partsOf(uri: string): { scheme: string; authority: string; rest: string } | undefined {
  const match =
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(uri) ??
    // No URI, but somebody may have meant one: "//user:secret@host", "amqp:/user:secret@host", "user:secret@host".
    (uri.includes("@") ? /^((?:[^@:/?#]*:)?\/{1,2}|)([^/?#]*)(.*)$/is.exec(uri) : null);
  if (!match) return undefined;
  const [, scheme = "", authority = "", rest = ""] = match;
  // A password with an unescaped slash: "amqp://user:a/b@host". A port would be digits.
  if (!authority.includes("@") && rest.includes("@") && /:(?!\d*(,|$))/.test(authority.replace(/\[[^\]]*\]/g, ""))) {
    const whole = `${authority}${rest}`;
    const at = whole.lastIndexOf("@");
    const end = /[/?#]/.exec(whole.slice(at))?.index;
    const stop = end === undefined ? whole.length : at + end;
    return { scheme, authority: whole.slice(0, stop), rest: whole.slice(stop) };
  }
  return { scheme, authority, rest };
}

function withoutSecretParameters(uri: string): WithoutPassword {
  const mark = uri.indexOf("?");
  if (mark < 0) return { uri };
  let password: string | undefined;
  const kept = uri
    .slice(mark + 1)
    .split("&")
    .filter((pair) => {
      const [name = "", value = ""] = pair.split("=");
      if (!secretParameters.test(name)) return true;
      password ??= value;
      return false;
    });
  const clean = uri.slice(0, mark) + (kept.length > 0 ? `?${kept.join("&")}` : "");
  return password === undefined ? { uri: clean } : { uri: clean, password };
}
