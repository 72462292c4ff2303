import { followers } from "../followers.js";
import { openHelp } from "./help-dialog.js";
import { nextIssue, nextTurn } from "./issues.js";
import { spanBeside, spanInNextLane } from "./selection.js";

const STEP_MS = 2000;
const ZOOM = 1.6;

/**
 * What keys and buttons do. An action returns false if there is nothing to do, so that the key keeps its own meaning (Tab
 * leaves the lanes after the last one).
 *
 * @param {any} timeline the element
 * @returns {Record<string, () => boolean|void>}
 */
export function actionsOf(timeline) {
  const { model, control } = timeline;
  const nowMs = () => timeline.playheadMs;
  const stepTurn = (direction) => seekIf(timeline, nextTurn(model.turns, nowMs(), direction)?.start_ms);
  const stepIssue = (direction) => goToIssue(timeline, nextIssue(model.issues, nowMs(), direction));
  const selectBeside = (direction) => selectIf(timeline, spanBeside(model, timeline.selected.current, direction, nowMs()));
  const selectLane = (direction) => selectIf(timeline, spanInNextLane(model, timeline.selected.current, direction, nowMs()));
  return {
    play: () => play(timeline),
    "turn-next": () => stepTurn(1),
    "turn-previous": () => stepTurn(-1),
    "issue-next": () => stepIssue(1),
    "issue-previous": () => stepIssue(-1),
    "step-back": () => timeline.seek(nowMs() - STEP_MS),
    "step-on": () => timeline.seek(nowMs() + STEP_MS),
    "to-start": () => timeline.seek(0),
    "to-end": () => timeline.seek(model.endMs),
    "zoom-in": () => control.zoomAround(nowMs(), ZOOM),
    "zoom-out": () => control.zoomAround(nowMs(), 1 / ZOOM),
    fit: () => control.fit(),
    follow: () => followers.setAll(!control.isFollowing),
    "follow-all": () => followers.toggle(),
    "live-edge": () => toLiveEdge(timeline),
    "mute-user": () => mute(timeline, "user"),
    "mute-agent": () => mute(timeline, "agent"),
    "span-next": () => selectBeside(1),
    "span-previous": () => selectBeside(-1),
    "lane-next": () => selectLane(1),
    "lane-previous": () => selectLane(-1),
    details: () => timeline.selected.open(),
    table: () => timeline.toggleTable(),
    help: () => openHelp(timeline.querySelector("dialog")),
    search: () => timeline.tell("search-requested", {}),
    close: () => close(timeline),
  };
}

/** Whoever starts the sound where the playhead is in sight wants to go along with it. */
function play({ player, control, playheadMs }) {
  if (!player.isPlaying && control.view.shows(playheadMs)) control.follow(true, playheadMs);
  player.toggle(playheadMs);
}

/** @param {"user"|"agent"} channel */
function mute({ player, sources }, channel) {
  if (!sources.canMute) return false;
  player.toggleMute(channel);
  return true;
}

function seekIf(timeline, ms) {
  if (ms === undefined || ms === null) return;
  timeline.seek(ms);
}

function goToIssue(timeline, issue) {
  if (!issue) {
    timeline.announce("No further issue");
    return;
  }
  timeline.seek(issue.atMs);
  timeline.announce(`${issue.what}${issue.turn ? `, turn ${issue.turn}` : ""}`);
}

function selectIf(timeline, row) {
  if (row === null) return false;
  timeline.selected.span(row);
  return true;
}

function toLiveEdge(timeline) {
  const { model, control } = timeline;
  if (!model.isLive) timeline.seek(model.endMs);
  control.follow(model.isLive, model.endMs);
}

/** One thing at a time; if there is nothing of ours to close, Escape is someone else's. */
function close(timeline) {
  if (!timeline.table.isShown) return timeline.selected.clear();
  timeline.toggleTable();
  return true;
}
