"""One session of a real SDK, held once, and what Playhead says of it afterwards."""

import json
import subprocess
from functools import cached_property
from io import BytesIO
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import av
import numpy as np

from tests.sdk.playhead import Playhead, eventually

CONVERSATION = json.loads((Path(__file__).parent / "conversation.json").read_text(encoding="utf-8"))
TURNS = CONVERSATION["turns"]
INTERRUPTED = next(turn["answer"] for turn in TURNS if "interrupted_after_s" in turn)


def hold_session(playhead: Playhead, driver: list[str]) -> "Session":
    told = playhead.project
    options = [
        f"--url={told['base_url']}",
        f"--api-key={told['api_key']}",
        f"--api-secret={told['api_secret']}",
    ]
    done = subprocess.run(
        [*driver, *options], check=False, stdout=PIPE, stderr=STDOUT, text=True, timeout=120
    )
    assert done.returncode == 0 and "the conversation broke off" not in done.stdout, done.stdout[-4000:]
    session = Session(playhead, json.loads(done.stdout.splitlines()[-1]))
    eventually(session.has_ended, within_s=30, what="ended")
    eventually(session.recording_is_read, within_s=30, what="read: the recording")
    return session


class Session:
    def __init__(self, playhead: Playhead, driven: dict[str, str]) -> None:
        self.playhead, self.driven = playhead, driven

    def has_ended(self) -> bool:
        rows = [row for row in self.playhead.every("sessions/") if row["job_id"] == self.driven["job_id"]]
        if not rows or rows[0]["status"] == "live":
            return False
        self.path = f"sessions/{rows[0]['id']}/"
        return True

    def recording_is_read(self) -> bool:
        """Its length and peaks are made after the upload was answered."""
        recording = self.playhead.api(self.path + "timeline/")["timeline"]["recording"]
        return bool(recording and recording["duration_ms"])

    @cached_property
    def head(self) -> dict[str, Any]:
        return self.playhead.api(self.path)

    @cached_property
    def timeline(self) -> dict[str, Any]:
        return self.playhead.api(self.path + "timeline/")["timeline"]

    @cached_property
    def spans(self) -> list[dict]:
        return self.playhead.every(self.path + "spans/")

    @cached_property
    def logs(self) -> list[dict]:
        return self.playhead.every(self.path + "logs/")

    @cached_property
    def metrics(self) -> list[dict]:
        return self.playhead.every(self.path + "metrics/")

    @cached_property
    def transcript(self) -> list[dict]:
        return self.playhead.every(self.path + "transcript/")

    def audio(self, **headers: str) -> tuple[int, bytes]:
        with self.playhead.open(self.path + "audio/", **headers) as response:
            return response.status, response.read()

    def spans_named(self, name: str) -> list[dict]:
        return [span for span in self.spans if span["name"] == name]

    def said(self) -> list[tuple[str, str]]:
        """Who said what, in order; the answer that was cut off counts as far as it got."""
        messages = [item for item in self.transcript if item["type"] == "message"]
        return [(item["role"], item["text"]) for item in messages]


def words(*, interrupted_answer: str) -> list[tuple[str, str]]:
    """What the conversation consists of: every word of the caller and of the desks."""
    lines = [("assistant", CONVERSATION["greetings"]["reception"])]
    for turn in TURNS:
        lines.append(("user", turn["say"]))
        answer = interrupted_answer if turn.get("answer") == INTERRUPTED else turn.get("answer")
        lines += [("assistant", text) for text in (answer, turn.get("then")) if text]
        if turn.get("tool") == "transfer_to_billing":
            lines.append(("assistant", CONVERSATION["greetings"]["billing"]))
    return lines


def decoded(audio: bytes) -> tuple[int, np.ndarray]:
    """Sample rate and samples, one row per channel."""
    with av.open(BytesIO(audio), "r") as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return container.streams.audio[0].rate, np.concatenate(frames, axis=1)


def loudness(samples: np.ndarray, rate_hz: int, stretch: tuple[float, float]) -> float:
    """Root mean square of one channel between two moments of the recording, in milliseconds."""
    start, end = (int(rate_hz * ms / 1000) for ms in stretch)
    return float(np.sqrt(np.mean(np.square(samples[start:end].astype(np.float64)))))
