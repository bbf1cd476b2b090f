import type { Recipe } from "../../../broker/contract.ts";
import { comments, decimalParts, indented, type Notation, quoted, widened, writeHeaders } from "./literals.ts";
import { passwordVariable, payloadOf, placeOf, propertiesOf } from "./sending.ts";

export const goRecipe: Recipe = {
  id: "go",
  kind: "code",
  label: "Go (amqp091-go)",
  needs: "go get github.com/rabbitmq/amqp091-go",
  write: (what) => {
    const { secure, host, port, user, vhost, exchange, key } = placeOf(what);
    const { entries, notes } = writeHeaders(what.draft.headers, notation);
    const payload = payloadOf(what);
    const fields = [
      `DeliveryMode: ${what.draft.persistent ? "amqp.Persistent" : "amqp.Transient"}`,
      ...propertiesOf(what).map(({ name, value, isNumber }) => {
        const field = name.charAt(0).toUpperCase() + name.slice(1);
        if (!isNumber) return `${field}: ${quoted(value)}`;
        return name === "timestamp" ? `${field}: time.Unix(${value}, 0)` : `${field}: ${value}`;
      }),
      ...(entries.length === 0 ? [] : [`Headers: ${notation.table(entries)}`]),
      `Body: ${"text" in payload ? `[]byte(${quoted(payload.text)})` : bytes(payload.base64)}`,
    ];
    const address = `${secure ? "amqps" : "amqp"}://${host.includes(":") ? `[${host}]` : host}:${String(port)}`;
    return `// go get github.com/rabbitmq/amqp091-go
${comments("//", notes)}package main

import (
	"context"
	"encoding/base64"
	"log"
	"math"
	"os"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

func main() {
	connection, err := amqp.DialConfig(${quoted(address)}, amqp.Config{
		Vhost: ${quoted(vhost)},
		SASL:  []amqp.Authentication{&amqp.PlainAuth{Username: ${quoted(user)}, Password: os.Getenv("${passwordVariable}")}},
	})
	check(err)
	defer connection.Close()
	channel, err := connection.Channel()
	check(err)
	check(channel.Confirm(false))
	returned := channel.NotifyReturn(make(chan amqp.Return, 1))

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, ${quoted(exchange)}, ${quoted(key)}, true, false, amqp.Publishing{
		${indented(fields.join(",\n"), 0).replaceAll("\n", "\n\t\t")},
	})
	check(err)
	confirmed, err := confirmation.WaitContext(ctx)
	check(err)
	if !confirmed {
		log.Fatal("Refused by the broker")
	}
	select {
	case message := <-returned:
		log.Fatalf("Returned, nobody gets it: %s", message.ReplyText)
	default:
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func decode(text string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(text)
	check(err)
	return bytes
}

// Minus zero cannot be written as a number.
var minusZero = math.Copysign(0, -1)
`;
  },
};

function bytes(base64: string): string {
  return `decode(${quoted(base64)})`;
}

function number(text: string): string {
  return Object.is(Number(text), -0) ? "minusZero" : String(Number(text));
}

const notation: Notation = {
  scalar(type, text) {
    switch (type) {
      case "string":
        return quoted(text);
      case "boolean":
        return text;
      case "null":
        return "nil";
      case "bytes":
        return bytes(text);
      case "uint8":
        return `byte(${String(BigInt(text))})`;
      case "int8":
      case "int16":
      case "int32":
      case "int64":
        return `${type}(${String(BigInt(text))})`;
      case "float":
      case "double":
        return Number.isFinite(Number(text))
          ? `${type === "float" ? "float32" : "float64"}(${number(text)})`
          : undefined;
      case "decimal": {
        const { places, digits } = decimalParts(text);
        return `amqp.Decimal{Scale: ${String(places)}, Value: ${digits}}`;
      }
      case "timestamp":
        return BigInt(text) < 2n ** 63n ? `time.Unix(${String(BigInt(text))}, 0)` : undefined;
      default:
        return undefined;
    }
  },
  instead: (type, text) => (Number.isFinite(Number(text)) ? widened(type, text) : { type: "string", text }),
  array: (items) => `[]interface{}{${items.join(", ")}}`,
  table: (entries) =>
    `amqp.Table{${entries.map(([name, literal]) => `\n\t${quoted(name)}: ${literal.replaceAll("\n", "\n\t")},`).join("")}\n}`,
};
