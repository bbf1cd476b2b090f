import { t } from "@vscode/l10n";
import type { ActVerb, Done, Node } from "../../broker/contract.ts";
import { BrokerError } from "../../broker/errors.ts";
import { flagOf, tableOf, textOf, type Values } from "../../broker/form.ts";
import type { Header } from "../../broker/values.ts";
import { checkTable } from "./checkDraft.ts";
import type { MemoryBroker } from "./memoryBroker.ts";
import { bindingNode, bindingOf, exchangeNode, queueNode } from "./nodes.ts";
import { queueTypes } from "./queue.ts";
import { exchangeTypes } from "./routing.ts";

/** Carries out what changes topology. @throws BrokerError */
export function carryOut(broker: MemoryBroker, node: Node, verb: ActVerb, form: string, values: Values): Done {
  switch (verb) {
    case "create":
      return form === "queue" ? createQueue(broker, values) : createExchange(broker, values);
    case "bind":
      return bind(broker, node, values);
    case "purge":
      return purge(broker, node.name);
    case "delete":
      return remove(broker, node, values);
    case "configure":
    case "reset":
    case "retry":
    case "pin":
    case "unpin":
      throw new BrokerError("unsupported", t("This broker cannot do that."));
    default:
      return verb satisfies never;
  }
}

function createQueue(broker: MemoryBroker, values: Values): Done {
  const name = nameOf(values);
  const type = choiceOf(values, "type", queueTypes);
  const maxLength = textOf(values, "maxLength");
  const args = [
    ...argumentsOf(values),
    ...(maxLength === "" ? [] : [{ name: "x-max-length", value: { type: "uint32", value: maxLength } } as const]),
    ...textArgument("x-overflow", maxLength === "" ? "" : textOf(values, "overflow")),
    ...textArgument("x-dead-letter-exchange", textOf(values, "deadLetterExchange")),
    ...textArgument("x-dead-letter-routing-key", textOf(values, "deadLetterKey")),
  ];
  checkTable(args, "arguments");
  const queue = broker.declareQueue(name, {
    type,
    durable: values["durable"] === undefined || flagOf(values, "durable"),
    args,
  });
  return { sentence: t("The queue “{name}” was created.", { name }), node: queueNode(queue) };
}

function createExchange(broker: MemoryBroker, values: Values): Done {
  const name = nameOf(values);
  if (name.startsWith("amq."))
    throw new BrokerError("invalid", t('Names that begin with "amq." belong to the broker.'), { field: "name" });
  const args = [...argumentsOf(values), ...textArgument("alternate-exchange", textOf(values, "alternateExchange"))];
  checkTable(args, "arguments");
  broker.declareExchange({
    name,
    type: choiceOf(values, "type", exchangeTypes),
    durable: values["durable"] === undefined || flagOf(values, "durable"),
    args,
  });
  return { sentence: t("The exchange “{name}” was created.", { name }), node: exchangeNode(broker.exchange(name)) };
}

function bind(broker: MemoryBroker, node: Node, values: Values): Done {
  const exchange = node.kind === "queue" ? textOf(values, "exchange") : node.name;
  const queue = node.kind === "queue" ? node.name : textOf(values, "queue");
  const binding = { exchange, queue, key: textOf(values, "key"), args: argumentsOf(values) };
  checkTable(binding.args, "arguments");
  broker.bind(binding);
  return { sentence: t("“{exchange}” is bound to “{queue}”.", { exchange, queue }), node: bindingNode(binding) };
}

function purge(broker: MemoryBroker, name: string): Done {
  const queue = broker.queue(name);
  const count = queue.ready.length;
  queue.ready = [];
  return { sentence: t("{count} messages of “{name}” are gone.", { count, name }) };
}

function remove(broker: MemoryBroker, node: Node, values: Values): Done {
  const { kind, name } = node;
  if (kind === "binding") {
    const gone = bindingOf(broker, node);
    broker.unbind((binding) => binding === gone);
    return { sentence: t("The binding was removed.") };
  }
  if (kind === "exchange") {
    if (flagOf(values, "ifUnused") && broker.bindings.some(({ exchange }) => exchange === name))
      throw new BrokerError("invalid", t("“{name}” was not deleted: something is bound to it.", { name }));
    broker.deleteExchange(name);
    return { sentence: t("The exchange “{name}” was deleted.", { name }) };
  }
  const queue = broker.queue(name);
  const count = queue.ready.length + queue.unacked.size;
  if (flagOf(values, "ifEmpty") && count > 0)
    throw new BrokerError("invalid", t("“{name}” was not deleted: it holds {count} messages.", { name, count }), {
      field: "ifEmpty",
    });
  if (flagOf(values, "ifUnused") && queue.consumers.length > 0)
    throw new BrokerError("invalid", t("“{name}” was not deleted: it has consumers.", { name }));
  broker.deleteQueue(name);
  return { sentence: t("The queue “{name}” was deleted.", { name }) };
}

function nameOf(values: Values): string {
  const name = textOf(values, "name");
  if (name === "") throw new BrokerError("invalid", t("A name is needed."), { field: "name" });
  return name;
}

function choiceOf<T extends string>(values: Values, field: string, choices: readonly T[]): T {
  const text = textOf(values, field);
  const first = choices[0];
  const choice = text === "" ? first : choices.find((each) => each === text);
  if (choice === undefined)
    throw new BrokerError("invalid", t("“{text}” is not one of: {choices}.", { text, choices: choices.join(", ") }), {
      field,
    });
  return choice;
}

function argumentsOf(values: Values): readonly Header[] {
  return tableOf(values, "arguments");
}

function textArgument(name: string, value: string): readonly Header[] {
  return value === "" ? [] : [{ name, value: { type: "string", value } }];
}
