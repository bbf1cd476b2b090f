import type { Node, Session } from "../broker/contract.ts";
import { roleOf } from "./treeRows.ts";

export interface SearchQuestion {
  /** Only names that contain this, without regard to case. */
  readonly filter: string;
  fits(node: Node): boolean;
  /** How many are enough. */
  readonly limit: number;
}

export interface FoundNode {
  readonly node: Node;
  readonly parent: Node | undefined;
  /** The names above it, outermost first, folders left out. */
  readonly path: readonly string[];
}

/** Looks through containers and folders for nodes that fit, in the order of the tree. A list that fails is left out. */
export async function searchNodes(session: Session, question: SearchQuestion): Promise<readonly FoundNode[]> {
  const found: FoundNode[] = [];
  const text = question.filter.toLowerCase();
  const walk = async (parent: Node | undefined, path: readonly string[]): Promise<void> => {
    const folder = parent !== undefined && roleOf(parent) === "folder";
    let page: string | undefined;
    do {
      const options = {
        ...(folder && text !== "" && { filter: question.filter }),
        ...(page !== undefined && { page }),
      };
      const listed = await session.list(parent, options);
      for (const node of listed.items) {
        if (question.fits(node) && node.name.toLowerCase().includes(text)) found.push({ node, parent, path });
        if (found.length >= question.limit) return;
        const role = roleOf(node);
        if (role === "thing") continue;
        await walk(node, role === "container" ? [...path, node.name] : path).catch(() => undefined);
        if (found.length >= question.limit) return;
      }
      page = listed.next;
    } while (page !== undefined);
  };
  await walk(undefined, []);
  return found;
}
