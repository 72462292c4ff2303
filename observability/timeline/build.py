"""Records of a session -> its timeline. A pure function: live, archived and exported sessions cannot
disagree."""

from collections.abc import Iterable

from observability.records import Record
from observability.timeline.agents import agents_of, handoffs_of
from observability.timeline.completeness import Evidence, completeness_of
from observability.timeline.context import SessionContext
from observability.timeline.dedupe import unique
from observability.timeline.failures import failures_of
from observability.timeline.figures import figures_of
from observability.timeline.head import head_of, latest_ns, origin_ns, recording_of
from observability.timeline.lines import lines_of
from observability.timeline.material import sorted_out
from observability.timeline.model import Timeline
from observability.timeline.moments import interruptions_of, states_of
from observability.timeline.pairing import Pairing, paired
from observability.timeline.silence import with_measured_silences
from observability.timeline.tools import tools_of
from observability.timeline.transcript import transcript_of
from observability.timeline.tree import tree_of
from observability.timeline.turns import speeches_as_told, turns_of
from observability.timeline.usage import metrics_of, usage_of
from observability.timeline.verdicts import evaluations_of, outcome_of, report_of, tags_of
from observability.timeline.whereabouts import whereabouts


def build(batches: Iterable[Iterable[Record]], *, context: SessionContext) -> Timeline:
    """The whole timeline of one session from its batches, in any order and with any repetition.

    Never raises on what the records contain: a value of a wrong type counts as absent.
    """
    records = unique(batches)
    material = sorted_out(records, context)
    start_ns, last_ns = origin_ns(material), latest_ns(material)
    pairing = paired(material)
    recording = recording_of(material)
    turns = with_measured_silences(turns_of(material, pairing), recording)
    speeches = speeches_as_told(material, pairing, turns)
    agents, handoffs = agents_of(material, last_ns or None), handoffs_of(material)
    spans = tree_of(material, _turn_of_root(pairing))
    where = whereabouts(turns, agents, spans, {speech.speech_id: speech.turn for speech in speeches})
    tools = tools_of(material, where)
    lines = lines_of(material.lines, where)
    errors = failures_of(material, where, tools, lines)
    transcript = transcript_of(material, pairing, where, tools)
    return Timeline(
        session=head_of(material, records, start_ns, last_ns),
        transcript=transcript,
        turns=turns,
        speeches=speeches,
        spans=spans,
        agents=agents,
        handoffs=handoffs,
        interruptions=interruptions_of(speeches, turns),
        states=states_of(material, turns),
        tools=tools,
        errors=errors,
        logs=lines,
        evaluations=evaluations_of(material),
        outcome=outcome_of(material),
        tags=tags_of(material),
        usage=usage_of(material),
        metrics=metrics_of(material),
        report=report_of(material),
        figures=figures_of(material, turns, tools, errors, handoffs),
        completeness=completeness_of(Evidence(material, transcript, last_ns)),
        recording=recording,
    )


def _turn_of_root(pairing: Pairing) -> dict[str, int]:
    """Turn numbers of the spans that turns are made of; what lies below them inherits."""
    turns: dict[str, int] = {}
    for index, exchange in enumerate(pairing.exchanges, start=1):
        turns.update((span_id, index) for span_id in exchange.said.span_ids)
    for speech, turn in zip(pairing.speeches, pairing.turns, strict=True):
        if turn is not None:
            turns.update((span_id, turn) for span_id in speech.span_ids)
    return turns
