"""Lays a script on the clock, with delays like those of a real agent."""

from itertools import pairwise

from observability.demo.answering import answer_to
from observability.demo.pace import NS_PER_MS, Pace, ms, next_whole_ms
from observability.demo.plan import Answer, CallerTurn, Handoff, Milestones, Plan, Utterance, Wait
from observability.demo.script import Script, Turn
from observability.demo.speech import spoken

CALLER_SYLLABLE_MS = 186
RECORDING_FRAME_NS = 20 * NS_PER_MS


def planned(script: Script, started_ns: int) -> Plan:
    """The script as a session whose job was received at `started_ns`. The same start gives the same plan."""
    return _Scheduler(script, started_ns).plan()


class _Scheduler:
    def __init__(self, script: Script, started_ns: int) -> None:
        self._script = script
        self._pace = Pace(script.job_id)
        self._received_ns = started_ns
        self._entered_ns = started_ns + self._pace.between(18, 60)
        self._session_ns = self._entered_ns + self._pace.between(140, 240)
        self._recording_ns = next_whole_ms(self._session_ns + self._pace.between(150, 220))
        self._listening_ns = self._recording_ns + self._pace.between(180, 320)
        self._free_ns = self._listening_ns + ms(1.4)
        self._role = script.roles[0]
        self._answers: list[Answer] = []
        self._handoffs: list[Handoff] = []

    def plan(self) -> Plan:
        for turn in self._script.turns:
            self._take(turn)
        return Plan(self._script, self._milestones(), tuple(self._answers), tuple(self._handoffs))

    def _take(self, turn: Turn) -> None:
        caller = self._caller_turn(turn) if turn.says else None
        start_ns = caller.transcribed_ns if caller else self._free_ns
        answer = answer_to(turn, caller, self._role, start_ns + ms(0.3), self._pace)
        self._answers.append(answer)
        self._free_ns = max(answer.end_ns, caller.committed_ns if caller else 0)
        self._hand_over(turn)

    def _hand_over(self, turn: Turn) -> None:
        for call in (call for step in turn.steps for call in step.calls if call.hands_over_to):
            new = self._script.role(call.hands_over_to)
            handoff = Handoff(
                self._role, new, self._free_ns + ms(2.9), self._free_ns + self._pace.between(12, 24)
            )
            self._handoffs.append(handoff)
            self._role, self._free_ns = new, handoff.end_ns + ms(0.6)

    def _caller_turn(self, turn: Turn) -> CallerTurn:
        pause_ns = ms(turn.pause_ms) if turn.pause_ms else self._pace.between(420, 980)
        stretches = self._stretches(turn.says, next_whole_ms(self._last_sound_ns(turn) + pause_ns))
        silent_ns = stretches[-1].end_ns
        committed_ns = silent_ns + self._pace.between(425, 610)
        last_wait = Wait(silent_ns + ms(0.2), committed_ns, True, self._pace.share(0.78, 0.99))
        return CallerTurn(
            text=turn.says.replace(" … ", ", "),
            item_id=self._pace.id("item_"),
            stretches=stretches,
            waits=(*self._resumed(stretches), last_wait),
            transcribed_ns=silent_ns + self._pace.between(165, 330),
            committed_ns=committed_ns,
            confidence=self._pace.share(0.91, 0.99),
        )

    def _last_sound_ns(self, turn: Turn) -> int:
        last = self._answers[-1]
        return last.utterances[-1].end_ns if turn.pause_ms < 0 else max(last.end_ns, self._free_ns)

    def _stretches(self, words: str, start_ns: int) -> tuple[Utterance, ...]:
        stretches = []
        for part in words.split(" … "):
            speech = spoken(part, syllable_ms=CALLER_SYLLABLE_MS)
            stretches.append(Utterance(speech, start_ns, start_ns + speech.length_ms * NS_PER_MS))
            start_ns = next_whole_ms(stretches[-1].end_ns + self._pace.between(780, 980))
        return tuple(stretches)

    def _resumed(self, stretches: tuple[Utterance, ...]) -> tuple[Wait, ...]:
        return tuple(
            Wait(before.end_ns + ms(0.2), after.start_ns, False, self._pace.share(0.03, 0.12))
            for before, after in pairwise(stretches)
        )

    def _milestones(self) -> Milestones:
        hung_up_ns = self._free_ns + self._pace.between(520, 840)
        closing_ns = hung_up_ns + self._pace.between(190, 320) - self._recording_ns
        closed_ns = self._recording_ns + -(-closing_ns // RECORDING_FRAME_NS) * RECORDING_FRAME_NS
        judged_ns = closed_ns + self._pace.between(1100, 1700)
        uploaded_ns = judged_ns + self._pace.between(240, 420)
        return Milestones(
            received_ns=self._received_ns,
            entered_ns=self._entered_ns,
            session_ns=self._session_ns,
            recording_ns=self._recording_ns,
            listening_ns=self._listening_ns,
            hung_up_ns=hung_up_ns,
            closed_ns=closed_ns,
            judged_ns=judged_ns,
            uploaded_ns=uploaded_ns,
            finished_ns=uploaded_ns + self._pace.between(60, 110),
        )
