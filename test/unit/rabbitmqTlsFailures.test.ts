import assert from "node:assert/strict";
import { translateConnect } from "../../src/drivers/rabbitmq/failures.ts";
import { requestFailure } from "../../src/drivers/rabbitmq/managementFailures.ts";

const place = {
  address: "shop:5671",
  user: "guest",
  byCertificate: false,
  vhost: "/",
  secure: true,
  timeout: 1000,
};

describe("what goes wrong in a TLS handshake with RabbitMQ", () => {
  // OpenSSL begins its messages with the number of a thread, in which any digits may be.
  const alert = (words: string, number: number): string =>
    `4034035BA77F0000:error:0A00045C:SSL routines:ssl3_read_bytes:${words}:../deps/openssl/ssl/record/rec_layer_s3.c:916:SSL alert number ${String(number)}\n`;

  const cases: readonly { readonly code: string; readonly message: string; readonly says: RegExp }[] = [
    {
      code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
      message: alert("tlsv13 alert certificate required", 116),
      says: /wants a client certificate/,
    },
    {
      code: "EPROTO",
      message: `write EPROTO ${alert("tlsv13 alert certificate required", 116)}`,
      says: /wants a client certificate/,
    },
    {
      code: "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
      message: alert("sslv3 alert bad certificate", 42),
      says: /does not accept the client certificate/,
    },
    {
      code: "EPROTO",
      message: `write EPROTO ${alert("tlsv1 alert unknown ca", 48)}`,
      says: /does not accept the client certificate/,
    },
    {
      code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
      message: alert("tlsv1 alert protocol version", 70),
      says: /another version of TLS/,
    },
    { code: "CERT_HAS_EXPIRED", message: "certificate has expired", says: /has expired/ },
    { code: "CERT_NOT_YET_VALID", message: "certificate is not yet valid", says: /not valid yet/ },
    { code: "CERT_REVOKED", message: "certificate revoked", says: /does not verify \(CERT_REVOKED\)/ },
    {
      code: "SELF_SIGNED_CERT_IN_CHAIN",
      message: "self-signed certificate in certificate chain",
      says: /Give its CA certificate/,
    },
  ];
  for (const { code, message, says } of cases) {
    it(`is a sentence for both parts: ${code}, ${message.slice(0, 12)}…`, () => {
      const error = Object.assign(new Error(message), { code });
      const url = "https://shop:15671";
      for (const told of [translateConnect(error, place), requestFailure(error, { url, user: "guest" })]) {
        assert.match(told.message, says);
        assert.match(told.message, /shop:/);
      }
    });
  }
});
