"""What the SDK logs when a session is over: report, chat items, evaluations (docs/contract.md §7.2, §7.3)."""

from typing import Any

from observability.demo.chat import Item, as_log_value
from observability.demo.measures import usage_of
from observability.demo.pace import ms, seconds
from observability.demo.plan import Plan
from observability.demo.script import Evaluation
from observability.demo.session import Session
from observability.demo.tree import Log

SDK_VERSION = "1.8.9"
CHAT, EVALUATIONS = "chat_history", "evaluations"


def report_logs(session: Session) -> tuple[Log, ...]:
    """All of them are queued in one go, after the judges and before the recording is uploaded."""
    plan = session.plan
    written_ns = plan.at.judged_ns + ms(3)
    return (
        _session_report(session, written_ns),
        *(_chat_item(item, written_ns) for item in session.history.items),
        *(_evaluation(evaluation, plan, written_ns) for evaluation in plan.script.ending.evaluations),
        *_tags(plan, written_ns),
        _outcome(plan, written_ns),
    )


def session_tags(plan: Plan) -> list[str]:
    ending = plan.script.ending
    judged = [_judge_tag(evaluation) for evaluation in ending.evaluations]
    return sorted([*plan.script.tags, *judged, f"lk.{ending.outcome}"])


RECORDING_OPTIONS = {"audio": True, "traces": True, "logs": True, "transcript": True, "redaction": False}
PREEMPTIVE = {"enabled": True, "preemptive_tts": False, "max_speech_duration": 10.0, "max_retries": 3}


def _session_options() -> dict[str, Any]:
    turn_handling = {
        "endpointing": {"mode": "fixed", "min_delay": 0.4, "max_delay": 2.5, "alpha": 0.9},
        "interruption": {
            "enabled": True,
            "discard_audio_if_uninterruptible": True,
            "min_duration": 0.4,
            "min_words": 0,
            "resume_false_interruption": True,
            "false_interruption_timeout": 2.0,
            "mode": "vad",
        },
        "turn_detection": "demo.turns.TurnDetector",
        "preemptive_generation": PREEMPTIVE,
        "user_turn_limit": {"max_words": None, "max_duration": None},
    }
    return {
        "turn_handling": turn_handling,
        "max_tool_steps": 3,
        "user_away_timeout": 15.0,
        "min_consecutive_speech_delay": 0.0,
        "use_tts_aligned_transcript": None,
        "tts_text_transforms": ["filter_markdown", "filter_emoji"],
        "ivr_detection": False,
        "recording_options": RECORDING_OPTIONS,
    }


def _session_report(session: Session, written_ns: int) -> Log:
    plan = session.plan
    attributes = {
        "session.options": _session_options(),
        "session.report_timestamp": seconds(plan.at.judged_ns),
        "session.tags": session_tags(plan),
        "agent_name": plan.script.agent_name,
        "sdk_version": SDK_VERSION,
        "usage": usage_of(session.measures),
    }
    return Log(plan.at.session_ns, CHAT, "unspecified", "session report", attributes, "", written_ns)


def _chat_item(item: Item, written_ns: int) -> Log:
    level = "error" if item.body.get("is_error") else "unspecified"
    return Log(item.created_ns, CHAT, level, "chat item", {"chat.item": as_log_value(item)}, "", written_ns)


def _judge_tag(evaluation: Evaluation) -> str:
    return f"lk.judge.{evaluation.name}:{evaluation.verdict}"


def _evaluation(evaluation: Evaluation, plan: Plan, written_ns: int) -> Log:
    attributes = {
        "evaluation": {
            "name": evaluation.name,
            "tag": _judge_tag(evaluation),
            "verdict": evaluation.verdict,
            "reasoning": evaluation.reasoning,
            "instructions": evaluation.criteria,
        }
    }
    level = "error" if evaluation.verdict == "fail" else "unspecified"
    return Log(plan.at.judged_ns, EVALUATIONS, level, "evaluation", attributes, "", written_ns)


def _tags(plan: Plan, written_ns: int) -> list[Log]:
    tagged_ns = plan.at.session_ns + ms(110)
    tags = [
        {"name": name, "metadata": dict(metadata)} for name, metadata in plan.script.tags.items() if metadata
    ]
    return [Log(tagged_ns, EVALUATIONS, "unspecified", "tag", {"tag": tag}, "", written_ns) for tag in tags]


def _outcome(plan: Plan, written_ns: int) -> Log:
    ending = plan.script.ending
    level = "error" if ending.outcome == "fail" else "unspecified"
    attributes = {"outcome": {"outcome": ending.outcome, "reason": ending.outcome_reason}}
    return Log(plan.at.judged_ns, EVALUATIONS, level, "outcome", attributes, "", written_ns)
