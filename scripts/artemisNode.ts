// A private ActiveMQ Artemis beside whatever else runs: own ports, own folder. Used by `npm start` and by the tests.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
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
import { provideArtemis } from "./provideActivemq.ts";
import { run } from "./run.ts";

/** Starts an ActiveMQ Artemis with AMQP, its console's Jolokia and, for its own command line, its own protocol. */
export async function startArtemis(options: ActivemqOptions = {}): Promise<ActivemqServer> {
  const found = await provideArtemis();
  return startServer(options, (dir, ports) =>
    found.kind === "java" ? javaLauncher(found.home, dir, ports, options) : dockerLauncher(found.image, dir, ports),
  );
}

const mbean = 'org.apache.activemq.artemis:broker="*"';

function javaLauncher(home: string, dir: string, ports: ActivemqPorts, options: ActivemqOptions): ActivemqLauncher {
  const etc = join(dir, "etc");
  const url = (path: string): string => `${pathToFileURL(path).href}/`;
  return {
    name: "ActiveMQ Artemis",
    mbean,
    jolokia: `http://127.0.0.1:${String(ports.http)}/console/jolokia/`,
    leftovers: [],
    prepare: async () => {
      for (const folder of [etc, join(dir, "data"), join(dir, "tmp")]) await mkdir(folder, { recursive: true });
      for (const [name, text] of Object.entries(files(dir, ports))) await writeFile(join(etc, name), text);
      if (options.tls) await writeFile(join(etc, "server.pem"), await serverPem(options.tls));
      await writeFile(join(etc, "broker.xml"), configuration(dir, ports, options));
    },
    server: () => ({
      command: "java",
      args: [
        ...["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"],
        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
        ...[`-Dartemis.home=${home}`, `-Dartemis.instance=${dir}`, `-Dartemis.instance.etc=${etc}`],
        ...[`-Dartemis.instance.uri=${url(dir)}`, `-Dartemis.instance.etc.uri=${url(etc)}`],
        ...[`-Ddata.dir=${join(dir, "data")}`, `-Djava.io.tmpdir=${join(dir, "tmp")}`],
        `-Djava.security.auth.login.config=${join(etc, "login.config")}`,
        `-Djolokia.policyLocation=${pathToFileURL(join(etc, "jolokia-access.xml")).href}`,
        ...["-Dhawtio.disableProxy=true", "-Dhawtio.realm=activemq", "-Dhawtio.offline=true", "-Dhawtio.roles=amq"],
        "-Dhawtio.rolePrincipalClasses=org.apache.activemq.artemis.spi.core.security.jaas.RolePrincipal",
        `-Dlog4j2.configurationFile=${pathToFileURL(join(etc, "log4j2.properties")).href}`,
        ...["-cp", join(home, "lib", "artemis-boot.jar"), "org.apache.activemq.artemis.boot.Artemis", "run"],
      ],
      cwd: dir,
    }),
    cli: ([command = "", ...args]) => ({
      command: "java",
      args: [
        ...["-XX:TieredStopAtLevel=1", `-Dartemis.home=${home}`],
        `-Dlog4j2.configurationFile=${pathToFileURL(join(etc, "log4j2.properties")).href}`,
        ...["-cp", join(home, "lib", "artemis-boot.jar"), "org.apache.activemq.artemis.boot.Artemis", command],
        ...["--url", `tcp://127.0.0.1:${String(ports.native)}`],
        ...["--user", activemqUser, "--password", activemqPassword, ...args],
      ],
      cwd: dir,
    }),
  };
}

/** The image as it comes: the policies and TLS of {@link ActivemqOptions} need the distribution on this machine. */
function dockerLauncher(image: string, dir: string, ports: ActivemqPorts): ActivemqLauncher {
  const name = `mq-workbench-${nameOf(dir)}`;
  const published = (port: number, inside: number): string[] => [
    "--publish",
    `127.0.0.1:${String(port)}:${String(inside)}`,
  ];
  return {
    name: "ActiveMQ Artemis",
    mbean,
    jolokia: `http://127.0.0.1:${String(ports.http)}/console/jolokia/`,
    leftovers: [["docker", "rm", "--force", name]],
    prepare: async () => {
      await run("docker", ["rm", "--force", name]);
    },
    server: () => ({
      command: "docker",
      args: [
        ...["run", "--name", name, "--volume", `${name}:/var/lib/artemis-instance`],
        ...published(ports.amqp, 5672),
        ...published(ports.http, 8161),
        ...published(ports.native, 61616),
        ...["--env", `ARTEMIS_USER=${activemqUser}`, "--env", `ARTEMIS_PASSWORD=${activemqPassword}`],
        ...["--env", "EXTRA_ARGS=--http-host 0.0.0.0 --relax-jolokia", image],
      ],
    }),
    cli: ([command = "", ...args]) => ({
      command: "docker",
      args: [
        ...["exec", name, "/var/lib/artemis-instance/bin/artemis", command],
        ...["--user", activemqUser, "--password", activemqPassword, ...args],
      ],
    }),
  };
}

function files(dir: string, ports: ActivemqPorts): Readonly<Record<string, string>> {
  const artemis = "http://activemq.apache.org/schema";
  const all = ["list*", "get*", "is*", "set*", "browse*", "count*", "*"];
  return {
    "bootstrap.xml": `<broker xmlns="${artemis}">
  <jaas-security domain="activemq"/>
  <server configuration="${pathToFileURL(join(dir, "etc", "broker.xml")).href}"/>
  <web path="web" rootRedirectLocation="console">
    <binding name="artemis" uri="http://127.0.0.1:${String(ports.http)}"><app name="console" url="console" war="console.war"/></binding>
  </web>
</broker>
`,
    "login.config": `activemq {
  org.apache.activemq.artemis.spi.core.security.jaas.PropertiesLoginModule required
    reload=true org.apache.activemq.jaas.properties.user="artemis-users.properties"
    org.apache.activemq.jaas.properties.role="artemis-roles.properties";
};
`,
    "artemis-users.properties": `${activemqUser} = ${activemqPassword}\n`,
    "artemis-roles.properties": `amq = ${activemqUser}\n`,
    "management.xml": `<management-context xmlns="${artemis}"><authorisation>
  <allowlist><entry domain="hawtio"/></allowlist>
  <default-access><access method="list*" roles="amq"/><access method="get*" roles="amq"/><access method="is*" roles="amq"/></default-access>
  <role-access><match domain="org.apache.activemq.artemis">
    ${all.map((method) => `<access method="${method}" roles="amq"/>`).join("")}
  </match></role-access>
</authorisation></management-context>
`,
    // As `artemis create` writes it.
    "jolokia-access.xml": `<restrict><cors><allow-origin>*://127.0.0.1*</allow-origin><strict-checking/></cors></restrict>\n`,
    "log4j2.properties": `rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c %m%n
`,
  };
}

function configuration(dir: string, ports: ActivemqPorts, { tls, policies = [] }: ActivemqOptions): string {
  const data = join(dir, "data");
  const permissions = [
    ...["createNonDurableQueue", "deleteNonDurableQueue", "createDurableQueue", "deleteDurableQueue", "createAddress"],
    ...["deleteAddress", "consume", "browse", "send", "manage"],
  ];
  const secure = tls
    ? `;sslEnabled=true;keyStoreType=PEMCFG;keyStorePath=${join(dir, "etc", "server.pem")}` +
      (tls.clientAuthority === undefined
        ? ""
        : `;needClientAuth=true;trustStoreType=PEMCA;trustStorePath=${tls.clientAuthority}`)
    : "";
  const settings = (match: string, more: string): string => `<address-setting match="${match}">
        <dead-letter-address>DLQ</dead-letter-address><expiry-address>ExpiryQueue</expiry-address>
        <redelivery-delay>0</redelivery-delay><max-size-bytes>-1</max-size-bytes>
        <message-counter-history-day-limit>10</message-counter-history-day-limit>
        <address-full-policy>PAGE</address-full-policy>${more}
      </address-setting>`;
  return `<configuration xmlns="urn:activemq"><core xmlns="urn:activemq:core">
    <name>artemis</name>
    <persistence-enabled>true</persistence-enabled>
    <max-redelivery-records>1</max-redelivery-records>
    <journal-type>NIO</journal-type>
    <paging-directory>${join(data, "paging")}</paging-directory>
    <bindings-directory>${join(data, "bindings")}</bindings-directory>
    <journal-directory>${join(data, "journal")}</journal-directory>
    <large-messages-directory>${join(data, "large-messages")}</large-messages-directory>
    <journal-datasync>false</journal-datasync>
    <journal-min-files>2</journal-min-files><journal-pool-files>4</journal-pool-files><journal-file-size>4M</journal-file-size>
    <disk-scan-period>5000</disk-scan-period><max-disk-usage>99</max-disk-usage>
    <acceptors>
      <acceptor name="amqp">tcp://127.0.0.1:${String(ports.amqp)}?protocols=AMQP;useEpoll=true;amqpCredits=1000;amqpLowCredits=300;amqpMinLargeMessageSize=102400;amqpDuplicateDetection=true${secure}</acceptor>
      <acceptor name="core">tcp://127.0.0.1:${String(ports.native)}?protocols=CORE</acceptor>
    </acceptors>
    <security-settings><security-setting match="#">
      ${permissions.map((type) => `<permission type="${type}" roles="amq"/>`).join("")}
    </security-setting></security-settings>
    <address-settings>
      ${settings("activemq.management#", "<auto-create-queues>true</auto-create-queues><auto-create-addresses>true</auto-create-addresses>")}
      ${settings("#", "<auto-create-queues>true</auto-create-queues><auto-create-addresses>true</auto-create-addresses><auto-delete-queues>false</auto-delete-queues><auto-delete-addresses>false</auto-delete-addresses>")}
      ${policies.join("\n")}
    </address-settings>
    <addresses>
      <address name="DLQ"><anycast><queue name="DLQ"/></anycast></address>
      <address name="ExpiryQueue"><anycast><queue name="ExpiryQueue"/></anycast></address>
    </addresses>
  </core></configuration>
`;
}

async function serverPem({ cert, key }: NonNullable<ActivemqOptions["tls"]>): Promise<string> {
  return `source.key=${key}\nsource.cert=${cert}\n`;
}
