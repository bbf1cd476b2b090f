/** What the tree shows, without VS Code: rows, pages, filter, sort, and counts for the rows in view. */
import { t } from "@vscode/l10n";
import type { Node, Session } from "../broker/contract.ts";
import { Emitter } from "../broker/event.ts";
import type { Disposable, Event } from "../broker/event.ts";
import type { Connection, Connections } from "../connections/connections.ts";
import { Branch } from "./treeBranch.ts";
import type { Listing, SortOrder } from "./treeBranch.ts";
import { roleOf } from "./treeRows.ts";
import type { BranchRow, ConnectionRow, MoreRow, NodeRow, SentenceRow, TreeRow } from "./treeRows.ts";

/** How many lists a search asks for at once. */
const together = 8;

/** What a filter found in the lists that were searched. */
export interface FilterResult {
  readonly text: string;
  readonly found: number;
  /** How many the lists with a match have without the filter; undefined while that is not known. */
  readonly of: number | undefined;
}

export class TreeModel {
  readonly #connections: Connections;
  readonly #changed = new Emitter<readonly TreeRow[] | undefined>();
  readonly #filtered = new Emitter<void>();
  readonly #roots = new Map<string, ConnectionRow>();
  /** Rows of nodes by their ids, and what is below rows by theirs. */
  readonly #rows = new Map<string, NodeRow>();
  readonly #branches = new Map<string, Branch>();
  readonly #sessions = new Map<string, { readonly session: Session; readonly blocked: Disposable }>();
  readonly #alarms = new Map<string, string>();
  /** The ids of connections that refused changes when they were looked at last. */
  readonly #readOnly = new Set<string>();
  readonly #listening: Disposable;
  #filter = "";
  #sort: SortOrder = "name";
  #updating: Promise<void> = Promise.resolve();

  /** The rows that look different or have other rows below them; undefined = the whole tree. */
  readonly onDidChange: Event<readonly TreeRow[] | undefined> = this.#changed.event;
  /** After a search told more about {@link filterResult}. */
  readonly onDidFilter: Event<void> = this.#filtered.event;

  constructor(connections: Connections) {
    this.#connections = connections;
    this.#listening = connections.onDidChange((connection) => {
      if (connection) this.#follow(connection);
      else this.#changed.fire(undefined);
    });
    for (const connection of connections.all()) this.#follow(connection);
  }

  get filter(): string {
    return this.#filter;
  }

  get sort(): SortOrder {
    return this.#sort;
  }

  /** Why this connection's broker takes no messages now. */
  alarmOf(connection: Connection): string | undefined {
    return this.#alarms.get(connection.id);
  }

  /** The rows below `row`; without one, the connections. Never rejects: a failure is a row. */
  async children(row?: TreeRow): Promise<readonly TreeRow[]> {
    if (!row) return this.#connectionRows();
    if (row.type === "more" || row.type === "sentence") return [];
    return (await this.#below(row)).rows;
  }

  parentOf(row: TreeRow): TreeRow | undefined {
    return row.parent;
  }

  /** A row that was shown before, by its id. */
  find(id: string): NodeRow | undefined {
    return this.#rows.get(id);
  }

  /** The row of a node, if it was shown before. The first, where it stands in several places. */
  rowOf(connectionId: string, nodeId: string): NodeRow | undefined {
    for (const row of this.#rows.values()) {
      if (row.connection.id === connectionId && row.node.id === nodeId) return row;
    }
    return undefined;
  }

  connectionRow(id: string): ConnectionRow | undefined {
    const connection = this.#connections.get(id);
    return connection && this.#rootOf(connection);
  }

  async loadMore(row: MoreRow): Promise<void> {
    const branch = this.#branches.get(row.parent.id);
    const { session } = row.parent.connection;
    if (!branch || !session) return;
    await branch.more(session, nodeOf(row.parent));
    this.#changed.fire([row.parent]);
  }

  /** Asks the broker anew for what is below `row`, or for everything. What was expanded and loaded stays so. */
  refresh(row?: BranchRow): void {
    for (const [id, branch] of this.#branches) {
      if (!row || id === row.id || id.startsWith(`${row.id}/`)) branch.forget();
    }
    this.#changed.fire(row && [row]);
  }

  /** Asks anew for what is below one connection, after something was made or deleted there. */
  refreshConnection(id: string): void {
    const row = this.connectionRow(id);
    if (row) this.refresh(row);
  }

  /** Shows only names that contain `text`; an empty text shows all. */
  setFilter(text: string): void {
    if (text === this.#filter) return;
    this.#filter = text;
    this.#changed.fire(undefined);
    this.#filtered.fire();
  }

  setSort(sort: SortOrder): void {
    if (sort === this.#sort) return;
    this.#sort = sort;
    this.#changed.fire(undefined);
  }

  /** Undefined without a filter. */
  filterResult(): FilterResult | undefined {
    if (this.#filter === "") return undefined;
    let found = 0;
    let of: number | undefined = 0;
    for (const branch of this.#branches.values()) {
      if (branch.filter !== this.#filter || branch.count === 0) continue;
      found += branch.count;
      of = of === undefined || branch.whole === undefined ? undefined : of + branch.whole;
    }
    return { text: this.#filter, found, of };
  }

  /** Asks for what is newer about these rows only, all at once. Rows that look different then are told. Never rejects. */
  updateLive(ids: Iterable<string>): Promise<void> {
    const wanted = [...ids];
    const run = this.#updating.then(() => this.#update(wanted));
    this.#updating = run.catch(() => undefined);
    return run;
  }

  dispose(): void {
    this.#listening.dispose();
    for (const { blocked } of this.#sessions.values()) blocked.dispose();
    this.#changed.dispose();
    this.#filtered.dispose();
  }

  async #connectionRows(): Promise<readonly ConnectionRow[]> {
    const rows = this.#connections.all().map((connection) => this.#rootOf(connection));
    if (this.#filter === "") return rows;
    const filter = this.#filter;
    const shown = await Promise.all(
      rows.map(async (row) => row.connection.session !== undefined && (await this.#hasHits(row))),
    );
    return filter === this.#filter ? rows.filter((_, index) => shown[index]) : this.#connectionRows();
  }

  #rootOf(connection: Connection): ConnectionRow {
    const known = this.#roots.get(connection.id);
    if (known?.connection === connection) return known;
    const row: ConnectionRow = { type: "connection", id: connection.id, parent: undefined, connection };
    this.#roots.set(connection.id, row);
    return row;
  }

  async #hasHits(row: BranchRow): Promise<boolean> {
    const { hits } = await this.#below(row);
    return hits;
  }

  /** `hits` = with a filter, whether something below is worth showing: a match, or a failure to look. */
  async #below(row: BranchRow): Promise<{ readonly rows: readonly TreeRow[]; readonly hits: boolean }> {
    const filter = this.#filter;
    const branch = this.#branchOf(row);
    const { connection } = row;
    const { session } = connection;
    if (!session) {
      const said = row.type === "connection" ? stateSentence(row) : undefined;
      return { rows: [...(said ? [said] : []), ...branch.rows], hits: true };
    }
    const role = row.type === "node" ? roleOf(row.node) : "container";
    const asked = await branch.load(session, nodeOf(row), this.#listing(row));
    // A folder knows how many there are once they were listed.
    if (asked && role === "folder") void this.updateLive([row.id]);
    // Another filter, sort or session came meanwhile: what was found belongs to nothing any more.
    if (filter !== this.#filter || connection.session !== session) return this.#below(row);
    let rows: readonly NodeRow[] = branch.rows;
    if (filter !== "" && role === "container") rows = await this.#matching(rows, filter);
    if (filter !== "" && role === "folder") this.#filtered.fire();
    const before = this.#sentences(row, branch);
    const after: readonly TreeRow[] = branch.hasMore ? [moreRow(row, branch)] : [];
    return { rows: [...before, ...rows, ...after], hits: rows.length > 0 || branch.failure !== undefined };
  }

  /** What remains of the rows of a container: folders and containers with hits, and things with a matching name. */
  async #matching(rows: readonly NodeRow[], filter: string): Promise<readonly NodeRow[]> {
    const text = filter.toLowerCase();
    const shown: NodeRow[] = [];
    // A few at a time: a broker may have hundreds of vhosts.
    for (let at = 0; at < rows.length; at += together) {
      const part = rows.slice(at, at + together);
      const hits = await Promise.all(
        part.map(async (row) =>
          roleOf(row.node) === "thing" ? row.node.name.toLowerCase().includes(text) : this.#hasHits(row),
        ),
      );
      shown.push(...part.filter((_, index) => hits[index]));
    }
    return shown;
  }

  #listing(row: BranchRow): Listing {
    // Only a folder holds names to filter and sort; a vhost must not vanish because its own name does not match.
    const folder = row.type === "node" && roleOf(row.node) === "folder";
    return { filter: folder ? this.#filter : "", sort: folder ? this.#sort : "name" };
  }

  #branchOf(row: BranchRow): Branch {
    const known = this.#branches.get(row.id);
    if (known) return known;
    const branch = new Branch((node) => this.#rowFor(row, node));
    this.#branches.set(row.id, branch);
    return branch;
  }

  /** The same object for the same id: the tree knows rows by identity. */
  #rowFor(parent: BranchRow, node: Node): NodeRow {
    const id = `${parent.id}/${node.id}`;
    const known = this.#rows.get(id);
    if (known?.parent === parent) {
      // A list knows names, not counts: what was told before is better than nothing until it is asked again.
      known.node = keepCounts(known.node, node);
      return known;
    }
    const row: NodeRow = { type: "node", id, parent, connection: parent.connection, node };
    this.#rows.set(id, row);
    return row;
  }

  #sentences(row: BranchRow, branch: Branch): readonly SentenceRow[] {
    const said: SentenceRow[] = [];
    if (branch.failure !== undefined) said.push(sentence(row, "error", branch.failure, true));
    if (branch.notice !== undefined) said.push(sentence(row, "info", branch.notice, false));
    if (said.length === 0 && branch.rows.length === 0) said.push(sentence(row, "info", this.#nothing(row), false));
    return said;
  }

  #nothing(row: BranchRow): string {
    const { filter } = this.#listing(row);
    return filter === "" ? t("Nothing here yet.") : t("No name contains “{filter}”.", { filter });
  }

  #follow(connection: Connection): void {
    const { session } = connection;
    const known = this.#sessions.get(connection.id);
    if (known?.session !== session) {
      known?.blocked.dispose();
      this.#alarms.delete(connection.id);
      this.#sessions.delete(connection.id);
      if (session) this.#sessions.set(connection.id, { session, blocked: this.#listenToAlarms(connection, session) });
      const { status } = connection.state;
      for (const [id, branch] of this.#branches) {
        if (id !== connection.id && !id.startsWith(`${connection.id}/`)) continue;
        // While it reconnects the rows stay, so that nothing collapses.
        if (session || status === "reconnecting") branch.forget();
        else this.#branches.delete(id);
      }
      if (status === "disconnected") this.#forgetRows(connection);
    }
    const readOnly = connection.rules.readOnly !== undefined;
    if (readOnly !== this.#readOnly.has(connection.id)) {
      if (readOnly) this.#readOnly.add(connection.id);
      else this.#readOnly.delete(connection.id);
      // What can be done with its rows is something else now.
      for (const [id, branch] of this.#branches)
        if (id === connection.id || id.startsWith(`${connection.id}/`)) branch.forget();
    }
    // With a filter, connections come and go at the top.
    this.#changed.fire(this.#filter === "" && this.#roots.has(connection.id) ? [this.#rootOf(connection)] : undefined);
  }

  #forgetRows(connection: Connection): void {
    for (const [id, row] of this.#rows) if (row.connection === connection) this.#rows.delete(id);
  }

  #listenToAlarms(connection: Connection, session: Session): Disposable {
    return session.onDidBlock((reason) => {
      if (reason === undefined) this.#alarms.delete(connection.id);
      else this.#alarms.set(connection.id, reason);
      this.#changed.fire([this.#rootOf(connection)]);
    });
  }

  async #update(ids: readonly string[]): Promise<void> {
    const byConnection = new Map<Connection, NodeRow[]>();
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (!row?.node.live) continue;
      const together = byConnection.get(row.connection);
      if (together) together.push(row);
      else byConnection.set(row.connection, [row]);
    }
    const changed = await Promise.all(
      [...byConnection].map(async ([connection, rows]) => {
        try {
          return await this.#updateRows(connection, rows);
        } catch {
          // The next round asks again; a connection that is gone says so on its own row.
          return [];
        }
      }),
    );
    const all = changed.flat();
    if (all.length > 0) this.#changed.fire(all);
  }

  async #updateRows(connection: Connection, rows: readonly NodeRow[]): Promise<readonly TreeRow[]> {
    const { session } = connection;
    if (!session) return [];
    const nodes = new Map((await session.refresh(rows.map((row) => row.node))).map((node) => [node.id, node]));
    const changed = new Set<TreeRow>();
    for (const row of rows) {
      const node = nodes.get(row.node.id);
      if (!node) {
        // It is gone: its list is asked anew.
        this.#rows.delete(row.id);
        this.#branches.get(row.parent.id)?.forget();
        changed.add(row.parent);
        continue;
      }
      if (sameLook(row.node, node)) {
        row.node = node;
        continue;
      }
      if (row.node.counts?.consumers !== node.counts?.consumers) this.#branches.get(row.id)?.forget();
      row.node = node;
      changed.add(row);
    }
    return [...changed];
  }
}

function nodeOf(row: BranchRow): Node | undefined {
  return row.type === "node" ? row.node : undefined;
}

function moreRow(parent: BranchRow, branch: Branch): MoreRow {
  return { type: "more", id: `${parent.id}/?more`, parent, shown: branch.rows.length, total: branch.total };
}

function sentence(parent: BranchRow, severity: SentenceRow["severity"], text: string, retry: boolean): SentenceRow {
  return { type: "sentence", id: `${parent.id}/?${severity}`, parent, severity, sentence: text, retry };
}

function stateSentence(row: ConnectionRow): SentenceRow | undefined {
  const { status, sentence: why } = row.connection.state;
  switch (status) {
    case "failed":
      return sentence(row, "error", why ?? t("The connection failed."), true);
    case "reconnecting":
      return sentence(row, "error", why ?? t("The connection was lost."), true);
    case "connecting":
      return sentence(row, "progress", t("Connecting…"), false);
    case "disconnected":
      return sentence(row, "info", t("Not connected."), true);
    case "connected":
      return undefined;
    default:
      return status satisfies never;
  }
}

/** A listed node without counts, with those that were known of it. */
function keepCounts(before: Node, listed: Node): Node {
  if (listed.counts || !before.counts) return listed;
  return {
    ...listed,
    ...(before.detail !== undefined && { detail: before.detail }),
    counts: before.counts,
    ...(before.facts && { facts: before.facts }),
    ...(before.warning !== undefined && { warning: before.warning }),
  };
}

function sameLook(a: Node, b: Node): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
