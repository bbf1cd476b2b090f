import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Makes the folder that the demo opens, with files to publish; leaves files alone that are there. */
export async function sampleFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    if (!existsSync(file)) await writeFile(file, text);
  }
  return folder;
}

const order = {
  id: "2024-10001",
  placedAt: "2024-02-29T12:00:00Z",
  customer: { id: 1001, name: "Ada Lovelace", email: "ada@example.com" },
  items: [{ sku: "T-100", name: "Teapot", quantity: 1, price: 24.5 }],
  total: 24.5,
  currency: "EUR",
};

const files: Readonly<Record<string, string>> = {
  "README.md": `# A small shop

Open **MQ Workbench** in the activity bar and expand **Shop**.

- \`order.json\`, \`invoice.xml\`: open one and run **MQ: Publish Active Editor**, for instance to the exchange \`shop.events\`
  with the routing key \`order.created\`, or to \`shop.documents\` with the header \`format\` = \`xml\`.
- \`orders.dead\` holds messages that expired or were turned down: browse it to see where they came from.
- \`audit\` is a stream: it can be read again from any point.
- What goes to \`reminders.waiting\` comes out in \`reminders\` a minute later.
`,
  "order.json": JSON.stringify(order, undefined, 2) + "\n",
  "invoice.xml": `<?xml version="1.0" encoding="UTF-8"?>
<invoice id="2024-10001" xmlns="urn:shop:invoice:1">
  <customer>Ada Lovelace</customer>
  <line sku="T-100" quantity="1">Teapot</line>
  <total currency="EUR">24.50</total>
</invoice>
`,
  "stock.csv": "sku;count\nT-100;12\nT-200;0\n",
};
