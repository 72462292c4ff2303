import assert from "node:assert/strict";
import { test } from "node:test";

import { Followers } from "../../../static/js/followers.js";

function follower(isFollowing) {
  return { isFollowing, setFollowing(isOn) { this.isFollowing = isOn; } };
}

function following(...each) {
  const followers = new Followers();
  const endings = [];
  const all = each.map(follower);
  for (const one of all) followers.add(one, { onEnd: (end) => endings.push(end) });
  return { followers, endings, states: () => all.map(({ isFollowing }) => isFollowing) };
}

test("one press makes all follow when they are out of step, the next lets all go", () => {
  const { followers, states } = following(true, false);

  followers.toggle();
  assert.deepEqual(states(), [true, true]);
  followers.toggle();
  assert.deepEqual(states(), [false, false]);
});

test("who has left the page is not asked any more", () => {
  const { followers, endings, states } = following(true, false);

  endings[1]();
  followers.toggle();

  assert.deepEqual(states(), [false, false]);
});
