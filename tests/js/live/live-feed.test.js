import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { gzipSync } from "node:zlib";

import { LiveFeed } from "../../../static/js/live/live-feed.js";
import { FakeServer, settled } from "./fake-socket.js";

const SNAPSHOT = { type: "snapshot", version: "1-a", snapshot: { cursor: 1 } };
const EVENT = { type: "changes", from: "1-a", to: "2-b", changes: { in: { cursor: { set: 2 } } } };
const LATER = { type: "changes", from: "2-b", to: "3-c", changes: { in: { cursor: { set: 3 } } } };
const BEAT = { type: "beat", every_s: 3 };

let server;
let feed;
let changes;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  server = new FakeServer();
  feed = new LiveFeed("ws://host/ws/", server.open);
  changes = [];
  feed.addEventListener("change", ({ detail }) => changes.push(detail));
  feed.start();
});

afterEach(() => {
  feed.stop();
  mock.timers.reset();
});

test("it begins without a version and shows the first snapshot", async () => {
  assert.equal(server.newest.url, "ws://host/ws/?cursor=");
  assert.equal(feed.state, "connecting");

  await server.newest.gives(BEAT, SNAPSHOT);

  assert.equal(feed.state, "live");
  assert.deepEqual(feed.snapshot, { cursor: 1 });
  assert.deepEqual(changes, [{ snapshot: { cursor: 1 }, changes: null }]);
});

test("events are applied in order, also behind a large frame that is inflated first", async () => {
  const packed = gzipSync(JSON.stringify(SNAPSHOT));
  const buffer = packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength);

  await server.newest.gives(buffer, EVENT, LATER);
  while (changes.length < 3) await settled();

  assert.deepEqual(changes.map(({ snapshot }) => snapshot.cursor), [1, 2, 3]);
  assert.deepEqual(changes[1].changes, EVENT.changes);
});

test("a repeated event is ignored", async () => {
  await server.newest.gives(SNAPSHOT, EVENT, EVENT);

  assert.equal(changes.length, 2);
  assert.equal(server.sockets.length, 1);
});

test("a gap is mended by a fresh snapshot", async () => {
  await server.newest.gives(SNAPSHOT, LATER);
  assert.equal(feed.state, "reconnecting");
  mock.timers.tick(250);

  assert.equal(server.newest.url, "ws://host/ws/?cursor=");
  await server.newest.gives({ type: "snapshot", version: "3-c", snapshot: { cursor: 3 } });

  assert.deepEqual(feed.snapshot, { cursor: 3 });
  assert.equal(feed.state, "live");
});

test("a frame that cannot be read is a gap too", async () => {
  await server.newest.gives(SNAPSHOT);
  server.newest.onmessage({ data: "{" });
  await settled();

  assert.equal(feed.state, "reconnecting");
});

test("after a broken line it goes on with the version that it has", async () => {
  await server.newest.gives(SNAPSHOT, EVENT);
  await server.newest.ends(1006);
  assert.equal(feed.state, "reconnecting");
  assert.deepEqual(feed.snapshot, { cursor: 2 });

  mock.timers.tick(250);
  assert.equal(server.newest.url, "ws://host/ws/?cursor=2-b");
  await server.newest.gives(BEAT);

  assert.equal(feed.state, "live");
  assert.equal(changes.length, 2);
});

test("attempts come again at least every two and a half seconds", async () => {
  await server.newest.gives(SNAPSHOT);
  for (let attempt = 1; attempt < 12; attempt += 1) {
    await server.newest.ends(1006);
    mock.timers.tick(2500);
    assert.equal(server.sockets.length, attempt + 1);
  }
});

test("silence longer than two beats is a dead line", async () => {
  await server.newest.gives(BEAT, SNAPSHOT);
  mock.timers.tick(6900);
  assert.equal(feed.state, "live");
  mock.timers.tick(200);

  assert.equal(feed.state, "reconnecting");
  assert.equal(server.sockets[0].isClosed, true);
});

test("beats keep it alive", async () => {
  await server.newest.gives(SNAPSHOT);
  for (let i = 0; i < 10; i += 1) {
    await server.newest.gives(BEAT);
    mock.timers.tick(6000);
  }

  assert.equal(feed.state, "live");
  assert.equal(server.sockets.length, 1);
});

test("when the page wakes up, a line that does not answer is given up soon", async () => {
  await server.newest.gives({ type: "beat", every_s: 15 }, SNAPSHOT);
  feed.check();
  assert.deepEqual(server.newest.sent, ['{"type":"ping"}']);
  mock.timers.tick(3100);

  assert.equal(feed.state, "reconnecting");
});

test("when the network is back, it does not wait", async () => {
  await server.newest.gives(SNAPSHOT);
  await server.newest.ends(1006);
  feed.check();
  mock.timers.tick(0);

  assert.equal(server.sockets.length, 2);
});

for (const [code, reason] of [[4401, "signed-out"], [4404, "not-found"], [4429, "too-many"]]) {
  test(`close code ${code} is final: ${reason}`, async () => {
    await server.newest.gives(SNAPSHOT);
    await server.newest.ends(code);
    mock.timers.tick(60_000);

    assert.equal(feed.state, "closed");
    assert.equal(feed.reason, reason);
    assert.equal(server.sockets.length, 1);
  });
}

test("a stopped feed leaves nothing behind", async () => {
  const socket = server.newest;
  feed.stop();
  await socket.gives(SNAPSHOT);
  mock.timers.tick(60_000);

  assert.equal(socket.isClosed, true);
  assert.equal(feed.snapshot, null);
  assert.equal(server.sockets.length, 1);
});

test("a snapshot that was fetched is shown, and the socket brings what follows", async () => {
  const other = new FakeServer();
  const fetched = new LiveFeed("ws://host/ws/", other.open, async () => SNAPSHOT);
  fetched.addEventListener("change", ({ detail }) => changes.push(detail));
  await fetched.start();

  assert.deepEqual(changes, [{ snapshot: { cursor: 1 }, changes: null }]);
  assert.equal(other.newest.url, "ws://host/ws/?cursor=1-a");
  await other.newest.gives(BEAT, EVENT);
  fetched.stop();

  assert.deepEqual(fetched.snapshot, { cursor: 2 });
});

test("a snapshot that cannot be fetched comes by the socket", async () => {
  const other = new FakeServer();
  const refused = new LiveFeed("ws://host/ws/", other.open, async () => {
    throw new SyntaxError("no JSON");
  });
  await refused.start();
  await other.newest.gives(SNAPSHOT);
  refused.stop();

  assert.equal(other.newest.url, "ws://host/ws/?cursor=");
  assert.deepEqual(refused.snapshot, { cursor: 1 });
});

test("where no socket gets through, the snapshot is fetched now and then", async () => {
  const other = new FakeServer();
  const frames = [SNAPSHOT, { type: "snapshot", version: "2-b", snapshot: { cursor: 2 } }];
  const fetched = new LiveFeed("ws://host/ws/", other.open, async () => frames.shift());
  await fetched.start();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await other.newest.ends(1006);
    mock.timers.tick(2500);
  }
  fetched.stop();

  assert.deepEqual(fetched.snapshot, { cursor: 2 });
});
