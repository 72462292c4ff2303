import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { createElement: () => ({}) };
const { askAgain } = await import("../../../static/js/later-parts.js");

/** The place of a part of the page that has not come. */
class Place extends EventTarget {
  dataset = { later: "The rest of the transcript" };
  hidden = true;
  isConnected = true;
  isLater = true;
  asked = 0;
  words = "";

  constructor() {
    super();
    this.addEventListener("later:again", () => (this.asked += 1));
  }

  matches() {
    return this.isLater;
  }

  replaceChildren({ textContent }) {
    this.words = textContent;
  }
}

const failureOf = (place) => askAgain({ target: place });

test("a part that did not come says so in its place", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const place = new Place();

  failureOf(place);

  assert.deepEqual([place.words, place.hidden], ["The rest of the transcript could not be loaded. Trying again …", false]);
});

test("it is asked for again, less and less often, until something has taken its place", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const place = new Place();
  failureOf(place);

  const asked = [2999, 1, 5999, 1, 12_000].map((ms) => {
    t.mock.timers.tick(ms);
    return place.asked;
  });
  place.isConnected = false;
  t.mock.timers.tick(600_000);

  assert.deepEqual(asked, [0, 1, 1, 2, 3]);
  assert.equal(place.asked, 3);
});

test("a part that fails once more is not asked for twice as often", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const place = new Place();
  failureOf(place);
  failureOf(place);

  t.mock.timers.tick(3000);

  assert.equal(place.asked, 1);
});

test("whatever else fails is none of its business", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const place = Object.assign(new Place(), { isLater: false });

  failureOf(place);
  t.mock.timers.tick(60_000);

  assert.deepEqual([place.asked, place.words], [0, ""]);
});
