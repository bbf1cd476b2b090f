// The layer table of the README, held against the imports.
const layer = (name, from, allowed) => ({
  name: `layer-${name}`,
  severity: "error",
  comment: `${name} may import only: ${allowed.join(", ") || "nothing of the project"}`,
  from: { path: from },
  to: { path: "^(src|webview|test|scripts)/", pathNot: allowed },
});
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^vscode$" } },
    layer("broker", "^src/broker/", ["^src/broker/"]),
    layer("protocol", "^src/protocol/", ["^src/protocol/", "^src/broker/"]),
    layer("inspect", "^src/inspect/", ["^src/inspect/", "^src/broker/", "^src/protocol/"]),
    layer("drivers-index", "^src/drivers/index\\.ts$", ["^src/drivers/[^/]+/index\\.ts$", "^src/broker/"]),
    layer("driver", "^src/drivers/([^/]+)/", ["^src/drivers/$1/", "^src/drivers/shared/", "^src/broker/"]),
    layer("journal", "^src/journal/", ["^src/journal/", "^src/inspect/", "^src/broker/"]),
    layer("connections", "^src/connections/", ["^src/connections/", "^src/broker/"]),
    layer("commands", "^src/commands/", [
      "^src/commands/",
      "^src/broker/",
      "^src/connections/",
      "^src/inspect/",
      "^src/journal/",
      "^src/protocol/",
    ]),
    layer("views", "^src/views/", ["^src/(views|commands|connections|inspect|journal|protocol|broker)/"]),
    layer("webview", "^webview/", ["^webview/", "^src/protocol/", "^src/broker/(values|form|contract)\\.ts$"]),
    {
      name: "vscode-only-in-views",
      severity: "error",
      comment: "Everything else runs and is tested in plain Node.",
      from: { path: "^src/", pathNot: "^src/(views/|extension\\.ts$)" },
      to: { path: "^vscode$" },
    },
    {
      name: "client-libraries-only-in-drivers",
      severity: "error",
      from: { path: "^(src|webview)/", pathNot: "^src/drivers/" },
      to: { path: "node_modules/(amqplib|rhea|@platformatic)/" },
    },
    {
      name: "pure-broker-and-protocol",
      severity: "error",
      comment: "They are bundled into pages too.",
      from: { path: "^src/(broker|protocol)/" },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
