"""Evaluations, outcome, tags and the report: what was said about the session at its end
(docs/contract.md §7.2, §7.3)."""

from collections.abc import Mapping

from observability.livekit.reports import verdict_of
from observability.livekit.values import text
from observability.livekit.vocabulary import content
from observability.records import LogRecord, SpanRecord, Value
from observability.timeline.failure_logs import ERROR_FROM
from observability.timeline.material import Material
from observability.timeline.totals import Evaluation, Outcome, Report, Tag

OUTCOMES = {"lk.success": "success", "lk.fail": "fail"}


def evaluations_of(material: Material) -> tuple[Evaluation, ...]:
    """From the evaluation logs; where those were not recorded, from the judges' spans."""
    told = [
        Evaluation(
            name=text(verdict.get("name")),
            verdict=text(verdict.get("verdict")),
            reasoning=text(verdict.get("reasoning")),
            instructions=text(verdict.get("instructions")),
            tag=text(verdict.get("tag")),
            at_ns=record["time_ns"] or record["observed_ns"],
        )
        for kind, record in material.verdicts
        if kind == "evaluation"
        for verdict in [verdict_of(record, "evaluation")]
    ]
    return tuple(told) or tuple(_of_span(span) for span in material.named("judge_evaluation"))


def _of_span(span: SpanRecord) -> Evaluation:
    attributes = span["attributes"]
    name = text(attributes.get("gen_ai.evaluation.name"))
    verdict = text(attributes.get("gen_ai.evaluation.score.label"))
    reasoning = text(attributes.get("gen_ai.evaluation.explanation")) or text(
        content(attributes, "evaluation.reasoning")
    )
    return Evaluation(
        name, verdict, reasoning, "", f"lk.judge.{name}:{verdict}" if verdict else "", span["end_ns"]
    )


def outcome_of(material: Material) -> Outcome | None:
    """The outcome log, else the tag the framework sets for it."""
    for kind, record in material.verdicts:
        verdict = verdict_of(record, "outcome")
        if kind == "outcome" and verdict:
            at_ns = record["time_ns"] or record["observed_ns"]
            return Outcome(_outcome_told(record, verdict), text(verdict.get("reason")), at_ns)
    tagged = next((OUTCOMES[name] for name in _plain_tags(material) if name in OUTCOMES), "")
    return Outcome(tagged, "", 0) if tagged else None


def _outcome_told(record: LogRecord, verdict: Mapping[str, Value]) -> str:
    """Python 1.5.1 leaves the word out; a failure is logged as an error (docs/contract.md §7.3)."""
    return text(verdict.get("outcome")) or ("fail" if record["severity_number"] >= ERROR_FROM else "success")


def tags_of(material: Material) -> tuple[Tag, ...]:
    """Tags of the report, and those with metadata, which come as records of their own."""
    tags = {name: Tag(name) for name in _plain_tags(material)}
    for kind, record in material.verdicts:
        verdict = verdict_of(record, "tag")
        name = text(verdict.get("name"))
        if kind == "tag" and name:
            metadata: Value = verdict.get("metadata")
            tags[name] = Tag(name, metadata, record["time_ns"] or record["observed_ns"])
    return tuple(sorted(tags.values(), key=lambda tag: tag.name))


def report_of(material: Material) -> Report | None:
    report, summary = material.report, material.summary
    if report is None and summary is None:
        return None
    return Report(
        options=report.options if report is not None else summary.options if summary is not None else {},
        sdk_version=material.sdk.version,
        reported_ns=report.reported_ns
        if report is not None
        else summary.reported_ns
        if summary is not None
        else None,
        summary=summary.raw if summary is not None else {},
        errors=summary.errors if summary is not None else {},
        close_reason=summary.close_reason if summary is not None else "",
        user_turns=summary.user_turns if summary is not None else None,
    )


def _plain_tags(material: Material) -> tuple[str, ...]:
    if material.report is not None and material.report.tags:
        return material.report.tags
    return material.summary.tags if material.summary is not None else ()
