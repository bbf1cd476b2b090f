import type { Recipe } from "../../../broker/contract.ts";
import { amqplibRecipe } from "./amqplib.ts";
import { curlRecipe, rabbitmqadminRecipe } from "./commands.ts";
import { csharpRecipe } from "./csharp.ts";
import { goRecipe } from "./go.ts";
import { javaRecipe } from "./java.ts";
import { pikaRecipe } from "./pika.ts";

/** How a message is published to RabbitMQ by other means. */
export const recipes: readonly Recipe[] = [
  rabbitmqadminRecipe,
  curlRecipe,
  amqplibRecipe,
  pikaRecipe,
  javaRecipe,
  goRecipe,
  csharpRecipe,
];
