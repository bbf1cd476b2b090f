/** The properties of an AMQP 1.0 message by this product's names, where these differ from those of the protocol. */
export const propertyNames = [
  "priority",
  "expiration",
  "correlationId",
  "replyTo",
  "messageId",
  /** subject: the JMSType */
  "type",
  "userId",
  "to",
  "groupId",
  "groupSequence",
  "replyToGroupId",
  /** creation-time, in milliseconds */
  "creationTime",
  /** absolute-expiry-time, in milliseconds */
  "expiresAt",
  /** x-opt-delivery-delay, in milliseconds */
  "deliveryDelay",
  /** x-opt-delivery-time, in milliseconds */
  "deliveryTime",
  /** `data` (also when not set), `text`, `value`, `sequence` */
  "bodyType",
] as const;
export type PropertyName = (typeof propertyNames)[number];

export function isPropertyName(name: string): name is PropertyName {
  return (propertyNames as readonly string[]).includes(name);
}

/** Properties that travel as message annotations: how long a message is held back, or until when. */
export const longAnnotations: Readonly<Record<string, string>> = {
  deliveryDelay: "x-opt-delivery-delay",
  deliveryTime: "x-opt-delivery-time",
};

/** A message annotation goes by its own name. */
export function isAnnotation(name: string): boolean {
  return name.startsWith("x-opt-");
}

/** Annotations of the JMS mapping that are a byte: what kind of JMS message it is, and of what kind its destinations are. */
export const byteAnnotations: readonly string[] = ["x-opt-jms-msg-type", "x-opt-jms-dest", "x-opt-jms-reply-to"];
