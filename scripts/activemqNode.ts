// A private ActiveMQ Classic beside whatever else runs: own ports, own folder. Used by `npm start` and by the tests.
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import {
  activemqPassword,
  activemqUser,
  nameOf,
  startServer,
  type ActivemqLauncher,
  type ActivemqOptions,
  type ActivemqPorts,
  type ActivemqServer,
} from "./activemqServer.ts";
import { provideActivemq } from "./provideActivemq.ts";
import { run } from "./run.ts";

/** Starts an ActiveMQ Classic with AMQP, Jolokia and, for its own command line, OpenWire. */
export async function startActivemq(options: ActivemqOptions = {}): Promise<ActivemqServer> {
  const found = await provideActivemq();
  return startServer(options, (dir, ports) =>
    found.kind === "java" ? javaLauncher(found.home, dir, ports, options) : dockerLauncher(found.image, dir, ports),
  );
}

const mbean = "org.apache.activemq:type=Broker,brokerName=*";

function javaLauncher(home: string, dir: string, ports: ActivemqPorts, options: ActivemqOptions): ActivemqLauncher {
  const classPath = ["-cp", join(home, "*")];
  const log = join(home, "slf4j-simple-2.0.16.jar");
  const agent = join(home, "jolokia-agent-jvm-2.1.2-javaagent.jar");
  const shell = "org.apache.activemq.console.command.ShellCommand";
  return {
    name: "ActiveMQ Classic",
    mbean,
    jolokia: `http://127.0.0.1:${String(ports.http)}/api/jolokia/`,
    leftovers: [],
    prepare: async () => {
      if (!existsSync(log)) throw new Error(`${home} is not complete: remove it, then run the command again.`);
      await writeFile(join(dir, "activemq.xml"), configuration(dir, ports, options));
      await writeFile(join(dir, "jolokia-access.xml"), jolokiaAccess);
      if (options.tls) await makeStores(dir, options.tls);
    },
    server: () => ({
      command: "java",
      args: [
        ...["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"],
        ...["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", `-Djava.io.tmpdir=${dir}`],
        `-javaagent:${agent}=${[
          "host=127.0.0.1",
          `port=${String(ports.http)}`,
          "agentContext=/api/jolokia",
          `user=${activemqUser}`,
          `password=${activemqPassword}`,
          `policyLocation=file:${join(dir, "jolokia-access.xml")}`,
          "discoveryEnabled=false",
        ].join(",")}`,
        ...classPath,
        ...[shell, "start", `xbean:file:${join(dir, "activemq.xml")}`],
      ],
      cwd: dir,
    }),
    cli: ([command = "", ...args]) => ({
      command: "java",
      args: [
        ...["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-XX:TieredStopAtLevel=1", ...classPath, shell, command],
        ...["--brokerUrl", `tcp://127.0.0.1:${String(ports.native)}`],
        ...["--user", activemqUser, "--password", activemqPassword, ...args],
      ],
      cwd: dir,
    }),
  };
}

/** The image as it comes: the policies and TLS of {@link ActivemqOptions} need the libraries on this machine. */
function dockerLauncher(image: string, dir: string, ports: ActivemqPorts): ActivemqLauncher {
  const name = `mq-workbench-${nameOf(dir)}`;
  const published = (port: number, inside: number): string[] => [
    "--publish",
    `127.0.0.1:${String(port)}:${String(inside)}`,
  ];
  return {
    name: "ActiveMQ Classic",
    mbean,
    jolokia: `http://127.0.0.1:${String(ports.http)}/api/jolokia/`,
    leftovers: [["docker", "rm", "--force", name]],
    prepare: async () => {
      await run("docker", ["rm", "--force", name]);
    },
    server: () => ({
      command: "docker",
      args: [
        ...["run", "--name", name, "--volume", `${name}:/opt/apache-activemq/data`],
        ...published(ports.amqp, 5672),
        ...published(ports.http, 8161),
        ...published(ports.native, 61616),
        ...["--env", `ACTIVEMQ_CONNECTION_USER=${activemqUser}`],
        ...["--env", `ACTIVEMQ_CONNECTION_PASSWORD=${activemqPassword}`, image],
      ],
    }),
    cli: ([command = "", ...args]) => ({
      command: "docker",
      args: ["exec", name, "bin/activemq", command, "--user", activemqUser, "--password", activemqPassword, ...args],
    }),
  };
}

/** As the distribution has it: a request without an origin is refused. */
const jolokiaAccess = `<?xml version="1.0" encoding="UTF-8"?>
<restrict>
  <cors><strict-checking/></cors>
  <deny>
    <mbean><name>com.sun.management:type=DiagnosticCommand</name><attribute>*</attribute><operation>*</operation></mbean>
    <mbean><name>com.sun.management:type=HotSpotDiagnostic</name><attribute>*</attribute><operation>*</operation></mbean>
  </deny>
</restrict>
`;

function configuration(dir: string, ports: ActivemqPorts, { tls, policies = [] }: ActivemqOptions): string {
  const amqp = `${tls ? "amqp+ssl" : "amqp"}://127.0.0.1:${String(ports.amqp)}?maximumConnections=1000&amp;wireFormat.maxFrameSize=104857600`;
  const needsClient = tls?.clientAuthority === undefined ? "" : "&amp;transport.needClientAuth=true";
  const stores =
    `<sslContext><sslContext keyStore="file:${join(dir, "server.p12")}" keyStoreType="PKCS12" keyStorePassword="changeit"` +
    (tls?.clientAuthority === undefined
      ? ""
      : ` trustStore="file:${join(dir, "trust.p12")}" trustStoreType="PKCS12" trustStorePassword="changeit"`) +
    "/></sslContext>";
  return `<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans.xsd
  http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="localhost" dataDirectory="${dir}" schedulerSupport="true" useJmx="true">
    <destinationPolicy><policyMap><policyEntries>${policies.join("\n")}</policyEntries></policyMap></destinationPolicy>
    <managementContext><managementContext createConnector="false"/></managementContext>
    <persistenceAdapter><kahaDB directory="${join(dir, "kahadb")}" journalMaxFileLength="16mb" preallocationScope="none"/></persistenceAdapter>
    <plugins><simpleAuthenticationPlugin><users>
      <authenticationUser username="${activemqUser}" password="${activemqPassword}" groups="users,admins"/>
    </users></simpleAuthenticationPlugin></plugins>
    ${tls ? stores : ""}
    <systemUsage><systemUsage>
      <memoryUsage><memoryUsage percentOfJvmHeap="70"/></memoryUsage>
      <storeUsage><storeUsage limit="2 gb"/></storeUsage>
      <tempUsage><tempUsage limit="1 gb"/></tempUsage>
    </systemUsage></systemUsage>
    <transportConnectors>
      <transportConnector name="amqp" uri="${amqp}${needsClient}"/>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:${String(ports.native)}"/>
    </transportConnectors>
  </broker>
</beans>
`;
}

async function makeStores(
  dir: string,
  { cert, key, clientAuthority }: NonNullable<ActivemqOptions["tls"]>,
): Promise<void> {
  const files = ["server.p12", "trust.p12"].map((name) => join(dir, name));
  for (const file of files) await rm(file, { force: true });
  await store("openssl", [
    "pkcs12",
    "-export",
    "-in",
    cert,
    "-inkey",
    key,
    "-out",
    join(dir, "server.p12"),
    "-passout",
    "pass:changeit",
  ]);
  if (clientAuthority === undefined) return;
  const trust = ["-keystore", join(dir, "trust.p12"), "-storetype", "PKCS12", "-storepass", "changeit"];
  await store("keytool", ["-importcert", "-noprompt", "-alias", "ca", "-file", clientAuthority, ...trust]);
}

async function store(command: string, args: readonly string[]): Promise<void> {
  const { code, output } = await run(command, args);
  if (code !== 0)
    throw new Error(
      `${command} failed: ${output}. Is it on the PATH (${(process.env["PATH"] ?? "").split(delimiter).length} folders)?`,
    );
}
