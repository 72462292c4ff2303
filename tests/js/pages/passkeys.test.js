import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement ??= class {};
const { hasPasskeys } = await import("../../../static/js/passkey-offer.js");

const at = (hostname) => ({ PublicKeyCredential: class {}, location: { hostname } });

test("a passkey is offered at a name", () => {
  assert.deepEqual(["localhost", "playhead.example.org", "10.example.org"].map(at).map(hasPasskeys), [true, true, true]);
});

test("none is offered at an IP address, which no passkey can belong to", () => {
  assert.deepEqual(["127.0.0.1", "192.168.1.20", "[::1]"].map(at).map(hasPasskeys), [false, false, false]);
});

test("none is offered by a browser that has none", () => {
  assert.equal(hasPasskeys({ location: { hostname: "localhost" } }), false);
});
