import assert from "node:assert/strict";
import { test } from "node:test";

import { framing, panning, Pinch, ranging } from "../../../static/js/timeline/drags.js";
import { LiveEdge } from "../../../static/js/timeline/live-edge.js";
import { ViewControl } from "../../../static/js/timeline/view-control.js";

function control({ lengthMs = 100_000, isLive = false } = {}) {
  const made = new ViewControl(() => {});
  made.resize(1000);
  made.setExtent(lengthMs, isLive);
  made.start();
  return made;
}

const shown = ({ view }) => [Math.round(view.startMs), Math.round(view.endMs)];

test("a finished session is shown whole at first, a live one from its newest minute", () => {
  assert.deepEqual(shown(control()), [-900, 100_900]);
  assert.deepEqual(shown(control({ isLive: true, lengthMs: 600_000 })), [541_720, 603_720]);
});

test("what is shown whole stays so when the window becomes narrow and names move into the lanes", () => {
  const made = control();

  made.resize(390, 36);

  assert.equal(Math.round(made.view.toPx(0)), 36);
  assert.equal(Math.round(made.view.endMs), 100_900);
});

test("what somebody has zoomed to stays where it is when the window becomes narrow", () => {
  const made = control();
  made.show(20_000, 30_000);

  made.resize(390, 36);

  assert.deepEqual(shown(made), [20_000, 30_000]);
});

test("a live session that has just begun grows into its minute", () => {
  const live = control({ isLive: true, lengthMs: 1000 });

  for (let ms = 1000; ms <= 200_000; ms += 1000) {
    live.setExtent(ms, true);
    live.keepUp(ms);
  }

  assert.equal(Math.round(live.view.lengthMs), 62_000);
});

test("what is followed stays on screen while it grows", () => {
  const live = control({ isLive: true, lengthMs: 600_000 });

  live.setExtent(700_000, true);
  live.keepUp(700_000);

  assert.ok(live.view.shows(700_000) && live.isFollowing);
});

test("someone who has scrolled back is left there", () => {
  const live = control({ isLive: true, lengthMs: 600_000 });
  live.panByPx(-300);
  const before = shown(live);

  live.setExtent(700_000, true);
  live.keepUp(700_000);

  assert.deepEqual([live.isFollowing, shown(live)], [false, before]);
});

test("zooming does not release the live edge as long as it is in sight", () => {
  const live = control({ isLive: true, lengthMs: 600_000 });

  live.zoomAt(940, 4);
  assert.equal(live.isFollowing, true);
  live.keepUp(600_000);
  assert.equal(Math.round(live.view.lengthMs), 15_500);

  live.zoomAt(0, 8);
  assert.equal(live.isFollowing, false);
});

test("following again goes to the edge", () => {
  const live = control({ isLive: true, lengthMs: 600_000 });
  live.show(1000, 5000);

  live.follow(true, 600_000);

  assert.ok(live.view.shows(600_000));
});

test("a playing playhead turns the page before it leaves the screen", () => {
  const made = control();
  made.show(0, 10_000);
  made.isFollowing = true;

  made.keepUp(5000);
  assert.deepEqual(shown(made), [0, 10_000]);
  made.keepUp(9000);
  assert.deepEqual(shown(made), [8200, 18_200]);
});

test("whoever looks elsewhere is not carried off when the sound plays on", () => {
  const made = control();
  made.playheadMs = 1000;

  made.show(50_000, 60_000);
  made.keepUp(1100);

  assert.deepEqual([made.isFollowing, shown(made)], [false, [50_000, 60_000]]);
});

test("a moment that is on screen already moves nothing", () => {
  const made = control();
  made.show(0, 10_000);

  made.reveal(9999);
  assert.deepEqual(shown(made), [0, 10_000]);
  made.reveal(50_000);
  assert.ok(made.view.shows(50_000));
});

test("keys zoom around the playhead, or around the middle when it is elsewhere", () => {
  const made = control();
  made.show(0, 10_000);
  made.zoomAround(2000, 2);
  assert.equal(Math.round(made.view.toPx(2000)), 200);

  made.show(0, 10_000);
  made.zoomAround(90_000, 2);
  assert.deepEqual(shown(made), [2500, 7500]);
});

test("a drag pans, and what was under the pointer stays under it", () => {
  const made = control();
  made.show(40_000, 50_000);
  const ms = made.view.toMs(500);

  const drag = panning(made, 500);
  drag.move(300);
  drag.move(350);

  assert.equal(Math.round(made.view.toPx(ms)), 350);
});

test("a marked stretch is shown on release, whichever way it was drawn", () => {
  const made = control();
  made.show(0, 10_000);

  const drag = ranging(made, 600, made.view);
  drag.move(200);
  assert.deepEqual(drag.range, { fromMs: 2000, toMs: 6000 });
  drag.end();

  assert.deepEqual(shown(made), [2000, 6000]);
});

test("the frame on the overview is moved, widened, or brought to the pointer", () => {
  const made = control();
  const { whole } = made;
  made.show(40_000, 60_000);
  const px = (ms) => whole.toPx(ms);

  framing(made, px(50_000)).move(px(30_000));
  assert.deepEqual(shown(made), [20_000, 40_000]);

  framing(made, px(40_000)).move(px(70_000));
  assert.deepEqual(shown(made), [20_000, 70_000]);

  framing(made, px(90_000));
  assert.ok(made.view.shows(90_000));
});

test("when everything is shown a drag on the overview marks a stretch", () => {
  const made = control();

  const drag = framing(made, 250);
  drag.move(500);
  drag.end();

  assert.deepEqual(shown(made).map((ms) => Math.round(ms / 100)), [246, 500]);
});

test("what is between two fingers stays between them", () => {
  const made = control();
  made.show(0, 10_000);

  const pinch = new Pinch(made, 400, 600);
  pinch.move(300, 700);

  assert.deepEqual(shown(made), [2500, 7500]);
});

test("the live edge goes on between two messages, but not for ever", () => {
  const edge = new LiveEdge();
  edge.set(5000, 1_000_000, 9_000_000_000, 0);

  assert.deepEqual([0, 700, 99_000].map((nowMs) => edge.at(nowMs)), [5000, 5700, 25_000]);
});

test("a clock that can be believed tells how far the session has come", () => {
  const edge = new LiveEdge();
  edge.set(5000, 1_000_000, 1_008_000, 0);

  assert.equal(edge.at(0), 8000);
});

test("an edge once shown does not go back", () => {
  const edge = new LiveEdge();
  edge.set(5000, 1_000_000, 1_008_000, 0);

  edge.set(6000, 1_000_000, 900_000, 100);

  assert.equal(edge.at(100), 8100);
});

test("what is to be seen moves nothing as long as enough of it is in sight", () => {
  const made = control();
  made.show(10_000, 20_000);

  for (const [startMs, endMs] of [[12_000, 12_000], [0, 90_000], [19_000, 30_000]]) made.revealStretch(startMs, endMs);
  assert.deepEqual(shown(made), [10_000, 20_000]);

  made.revealStretch(19_990, 30_000);
  assert.ok(made.view.toPx(30_000) - made.view.toPx(19_990) > 500 && made.view.shows(19_990));
  made.revealStretch(5000, 5000);
  assert.ok(made.view.shows(5000));
});

test("a link to a span that would be a pixel wide goes closer to it", () => {
  const hour = control({ lengthMs: 3_600_000 });

  hour.approach(1_800_000, 1_800_500);

  assert.equal(Math.round(500 * hour.view.pxPerMs), 60);
  assert.ok(hour.view.shows(1_800_000) && hour.view.shows(1_800_500));
});

test("a link to a span that can be seen stays as far away as it was", () => {
  const made = control();
  const before = shown(made);

  made.approach(50_000, 60_000);
  made.approach(50_000, 50_000);

  assert.deepEqual(shown(made), before);
});

test("nobody is taken so close that nothing is around what they look for", () => {
  const made = control();

  made.approach(50_000, 50_001);

  assert.equal(Math.round(made.view.lengthMs), 400);
});
