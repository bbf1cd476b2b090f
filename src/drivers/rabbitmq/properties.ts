/** The fields of the `publish` form: the properties of AMQP that the draft has no place of its own for. */
export const propertyNames = [
  "priority",
  "expiration",
  "correlationId",
  "replyTo",
  "messageId",
  "timestamp",
  "type",
  "userId",
  "appId",
] as const;
export type PropertyName = (typeof propertyNames)[number];
