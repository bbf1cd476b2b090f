/** The commands that act on messages: part of {@link messageCommandIds}. */
export const actionCommandIds = [
  "mq.message.openMany",
  "mq.message.compare",
  "mq.message.comparePrevious",
  "mq.message.selectForCompare",
  "mq.message.compareWithSelected",
  "mq.message.ack",
  "mq.message.requeue",
  "mq.message.reject",
  "mq.message.delete",
  "mq.message.sendAgain",
  "mq.message.edit",
  "mq.message.copyTo",
  "mq.message.moveTo",
  "mq.message.copyJson",
  "mq.message.copyCommand",
  "mq.message.copyCode",
] as const;
export type ActionCommandId = (typeof actionCommandIds)[number];

/** Export and import: part of {@link messageCommandIds}. */
export const transferCommandIds = ["mq.message.export", "mq.message.import"] as const;
export type TransferCommandId = (typeof transferCommandIds)[number];

/** The commands on the messages of the inspector that was used last. package.json contributes exactly these. */
export const messageCommandIds = [
  "mq.message.openBody",
  "mq.message.copyBody",
  ...actionCommandIds,
  ...transferCommandIds,
  "mq.message.showConversation",
] as const;
export type MessageCommandId = (typeof messageCommandIds)[number];
