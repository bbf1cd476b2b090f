/** The commands on the messages of the inspector that was used last. package.json contributes exactly these. */
export const messageCommandIds = ["mq.message.openBody", "mq.message.copyBody"] as const;
export type MessageCommandId = (typeof messageCommandIds)[number];
