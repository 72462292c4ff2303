import assert from "node:assert/strict";
import { test } from "node:test";

import { actionsOf } from "../../../static/js/timeline/timeline-actions.js";

function withSound({ canMute }) {
  const muted = [];
  const player = { toggleMute: (channel) => void muted.push(channel) };
  return { muted, actions: actionsOf({ model: {}, control: {}, player, sources: { canMute } }) };
}

test("each voice of a recording with two channels is muted by its key", () => {
  const { muted, actions } = withSound({ canMute: true });

  assert.deepEqual([actions["mute-user"](), actions["mute-agent"]()], [true, true]);
  assert.deepEqual(muted, ["user", "agent"]);
});

test("where both voices share a channel no key mutes anything", () => {
  const { muted, actions } = withSound({ canMute: false });

  assert.deepEqual([actions["mute-user"](), actions["mute-agent"]()], [false, false]);
  assert.deepEqual(muted, []);
});
