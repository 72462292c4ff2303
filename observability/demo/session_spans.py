"""The spans of a whole job, from dispatch to the end of shutdown (docs/contract.md §6.1, §6.2)."""

from typing import Any

from observability.demo.caller_spans import caller_attributes
from observability.demo.closing_spans import closing_session, job_shutdown
from observability.demo.models import LLM
from observability.demo.pace import ms, seconds
from observability.demo.plan import Handoff, Milestones, Plan
from observability.demo.script import Role
from observability.demo.session import Session
from observability.demo.states import state_events
from observability.demo.tree import Event, Log, Span

AGENT = {"lk.participant_id": "PA_demo_agent", "lk.pii.participant_identity": "agent-demo"}


def job_span(session: Session) -> Span:
    plan, at = session.plan, session.plan.at
    return Span(
        "job_entrypoint",
        at.received_ns,
        at.finished_ns,
        {**_job_attributes(plan), **_dispatch_latencies(at)},
        children=(_agent_session(session), job_shutdown(session)),
        events=_job_events(at),
        logs=(Log(at.entered_ns + ms(3), "livekit.agents", "DEBUG", "job started", {"process": "job_proc"}),),
    )


def _job_attributes(plan: Plan) -> dict[str, Any]:
    script = plan.script
    return {
        "lk.job_id": script.job_id,
        "lk.agent_name": script.agent_name,
        "lk.pii.room_name": script.room_name,
        "lk.room_sid": script.room_id,
        "lk.dispatch_id": f"AD_demo_{script.name}",
        "lk.job.worker_id": "AW_demo",
        "lk.job.agent_id": "",
    }


def _dispatch_latencies(at: Milestones) -> dict[str, float]:
    total = seconds(at.entered_ns - at.received_ns)
    parts = {"accept": 0.0006, "assignment": 0.0031, "launch": 0.0002}
    latencies = {f"lk.job.{name}_latency": value for name, value in parts.items()}
    entrypoint = round(total - sum(parts.values()), 6)
    return {**latencies, "lk.job.entrypoint_latency": entrypoint, "lk.job.dispatch_latency": total}


def _job_events(at: Milestones) -> tuple[Event, ...]:
    return (
        Event("job_received", at.received_ns),
        Event("job_accepted", at.received_ns + ms(0.6)),
        Event("job_assigned", at.received_ns + ms(3.7)),
        Event("process_assigned", at.received_ns + ms(3.9)),
        Event("entrypoint_started", at.entered_ns),
        Event("entrypoint_returned", at.listening_ns + ms(1)),
    )


def _agent_session(session: Session) -> Span:
    plan = session.plan
    at, script = plan.at, plan.script
    sip = {f"lk.sip.{name}": value for name, value in script.caller.sip.items()}
    return Span(
        "agent_session",
        at.session_ns,
        at.closed_ns,
        {
            "lk.agent_label": script.roles[0].label,
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": "agent_session",
            **_job_attributes(plan),
            **sip,
        },
        children=(
            _session_start(plan),
            *session.turns,
            *map(_update_agent, plan.handoffs),
            closing_session(plan),
        ),
        events=(*_linked(plan), *state_events(plan)),
    )


def _linked(plan: Plan) -> tuple[Event, Event]:
    who = caller_attributes(plan)
    gone = Event(
        "participant_disconnected", plan.at.hung_up_ns, who | {"lk.disconnect_reason": "CLIENT_INITIATED"}
    )
    return Event("participant_linked", plan.at.session_ns + ms(96), who), gone


def _session_start(plan: Plan) -> Span:
    at = plan.at
    return Span(
        "session_start",
        at.session_ns + ms(0.3),
        at.listening_ns,
        children=(
            _room_connect(plan),
            Span(
                "wait_for_participant",
                at.session_ns + ms(71),
                at.session_ns + ms(95),
                {"lk.room_io.participant_filter": False, **caller_attributes(plan)},
            ),
            _wait_for_audio(plan),
            Span(
                "publish_audio_output",
                at.recording_ns + ms(22),
                at.recording_ns + ms(94),
                {"lk.track_sid": "TR_demo_agent", **AGENT},
            ),
            _start_activity(plan.script.roles[0], at.recording_ns + ms(100), at.listening_ns - ms(6)),
        ),
    )


def _room_connect(plan: Plan) -> Span:
    start_ns = plan.at.session_ns + ms(1.2)
    attributes = {
        "lk.pii.room_name": plan.script.room_name,
        "lk.room_sid": plan.script.room_id,
        "lk.room.auto_subscribe": "audio_only",
        "lk.room.e2ee": False,
        "lk.room.remote_participant_count": 1,
        **AGENT,
    }
    return Span("room_connect", start_ns, start_ns + ms(68), attributes)


def _wait_for_audio(plan: Plan) -> Span:
    start_ns, end_ns = plan.at.recording_ns + ms(3), plan.at.recording_ns + ms(58)
    identity = plan.script.caller.identity
    track = {"lk.track_sid": "TR_demo_caller", "lk.track_source": "microphone"}
    return Span(
        "wait_for_audio_track",
        start_ns,
        end_ns,
        {"lk.pii.participant_identity": identity, "lk.first_frame_delay": 0.055},
        events=(
            Event("track_subscribed", start_ns + ms(31), track),
            Event("first_frame", end_ns - ms(0.2)),
        ),
    )


def _start_activity(role: Role, start_ns: int, end_ns: int) -> Span:
    label = {"lk.agent_label": role.label}
    toolsets = Span("setup_toolsets", start_ns + ms(0.3), start_ns + ms(0.8))
    entered_ns = end_ns - ms(1.6)
    note = Log(
        entered_ns + ms(0.4), "front-office", "INFO", f"{role.label} entered", {"tools": len(role.tools)}
    )
    on_enter = Span("on_enter", entered_ns, end_ns - ms(0.4), label, logs=(note,))
    attributes = {
        **label,
        "gen_ai.operation.name": "create_agent",
        "gen_ai.agent.name": role.label,
        **LLM.span_attributes,
    }
    return Span("start_agent_activity", start_ns, end_ns, attributes, (toolsets, on_enter))


def _update_agent(handoff: Handoff) -> Span:
    old = {"lk.agent_label": handoff.old.label}
    start_ns = handoff.start_ns
    on_exit = Span("on_exit", start_ns + ms(0.6), start_ns + ms(0.9), old)
    drain = Span("drain_agent_activity", start_ns + ms(0.2), start_ns + ms(2.2), old, (on_exit,))
    return Span(
        "update_agent",
        start_ns,
        handoff.end_ns,
        {"lk.previous_agent_label": handoff.old.label, "lk.agent_label": handoff.new.label},
        children=(drain, _start_activity(handoff.new, start_ns + ms(2.6), handoff.end_ns - ms(0.2))),
    )
