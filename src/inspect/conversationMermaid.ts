import type { ConversationMessage, ConversationState, Lane } from "../protocol/conversation.ts";
import { latencyText } from "../protocol/latency.ts";

/** Longer names and keys are cut. */
const longestText = 120;

/**
 * A conversation as a Mermaid sequence diagram: a participant for each lane, an arrow for each message that follows from
 * an earlier one, with its key, its type and the time between them; a note for one that begins something.
 */
export function mermaid({ lanes, messages }: Pick<ConversationState, "lanes" | "messages">): string {
  const lines = ["sequenceDiagram", "  autonumber"];
  for (const [index, lane] of lanes.entries())
    lines.push(`  participant ${nameOf(index)} as ${escaped(laneText(lane, lanes))}`);
  for (const message of messages) lines.push(`  ${step(message, messages)}`);
  return `${lines.join("\n")}\n`;
}

function step(message: ConversationMessage, messages: readonly ConversationMessage[]): string {
  const { relation, lane } = message;
  const to = nameOf(lane);
  const before = relation && messages[relation.to];
  // Only arrows are numbered by Mermaid, so that what begins is one too: to itself.
  if (!relation || !before) return `${to}->>${to}: ${escaped(label(message))}`;
  const arrow = relation.kind === "reply" ? "-->>" : "->>";
  return `${nameOf(before.lane)}${arrow}${to}: ${escaped(`${label(message)} ${latencyText(relation.after)}`)}`;
}

function label({ key, type, seq }: ConversationMessage): string {
  const name = key === "" ? `#${String(seq)}` : key;
  return type === "" ? name : `${name} (${type})`;
}

function nameOf(lane: number): string {
  return `L${String(lane + 1)}`;
}

/** The connection is told where there are several. */
function laneText({ title, mode, connection }: Lane, lanes: readonly Lane[]): string {
  const several = lanes.some((lane) => lane.connection.name !== connection.name);
  return several ? `${title} (${mode}, ${connection.name})` : `${title} (${mode})`;
}

/**
 * Text that means nothing to Mermaid, whatever is in it: all but letters, digits and a few marks as numbered entities,
 * which Mermaid draws as the characters that they are.
 */
function escaped(text: string): string {
  const cut = text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
  const line = cut.replaceAll(/\s+/g, " ").trim();
  return (
    line
      .replaceAll(/[^\p{L}\p{N} ._/,=+()…-]/gu, (character) => {
        const code = character.codePointAt(0) ?? 0xfffd;
        // Controls and lone surrogates are characters nowhere.
        return isDrawn(code) ? `#${String(code)};` : "#65533;";
      })
      // The one word that ends a block.
      .replaceAll(/\bend\b/gi, (word) => `#${String(word.charCodeAt(0))};${word.slice(1)}`)
  );
}

function isDrawn(code: number): boolean {
  return code >= 0x20 && !(code >= 0x7f && code < 0xa0) && !(code >= 0xd800 && code < 0xe000);
}
