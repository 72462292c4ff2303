/** A server for LiveFeed: keeps every socket that was opened, newest last. */
export class FakeServer {
  sockets = [];
  open = (url) => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  };

  get newest() {
    return this.sockets.at(-1);
  }
}

class FakeSocket {
  readyState = 1;
  sent = [];
  isClosed = false;

  constructor(url) {
    this.url = url;
  }

  send(text) {
    this.sent.push(text);
  }

  close() {
    this.isClosed = true;
    this.readyState = 3;
  }

  /** What the server sends. */
  async gives(...frames) {
    for (const frame of frames) this.onmessage?.({ data: frame instanceof ArrayBuffer ? frame : JSON.stringify(frame) });
    await settled();
  }

  /** The server, or the network, ends it. */
  async ends(code) {
    this.readyState = 3;
    this.onclose?.({ code });
    await settled();
  }
}

/** Until what was begun has been done: frames are taken one after the other, asynchronously. */
export async function settled() {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
