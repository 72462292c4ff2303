"""The spans of a job's end: closing, judges, upload (docs/contract.md §12.2)."""

from observability.demo.answering import tokens_in
from observability.demo.faults import PACKAGES
from observability.demo.llm_spans import Response, Usage, request_attributes, run_of
from observability.demo.messages import as_text, text_part
from observability.demo.pace import Pace, ms
from observability.demo.plan import Plan
from observability.demo.report import report_logs
from observability.demo.script import Evaluation
from observability.demo.session import Session
from observability.demo.tree import Log, Span

JUDGE = (
    "You judge conversations of voice agents. Read the conversation, weigh it against the criteria, and "
    "submit your verdict (pass, fail or maybe) with a short reasoning."
)
SUBMIT = as_text([{"type": "function", "name": "submit_verdict", "description": "Submit your verdict."}])


def closing_session(plan: Plan) -> Span:
    """What session.close() does; part of the session's own span, so that a reader finds it there."""
    at, label = plan.at, {"lk.agent_label": _last_label(plan)}
    start_ns = at.hung_up_ns + ms(2.4)
    on_exit = Span("on_exit", start_ns + ms(1.1), start_ns + ms(1.4), label)
    drain = Span("drain_agent_activity", start_ns + ms(0.6), start_ns + ms(2.2), label, (on_exit,))
    reason = {"lk.close_reason": plan.script.ending.close_reason, "lk.close.drain": False}
    note = _sdk_log(at.closed_ns - ms(1.8), "DEBUG", "session closed", plan.script.ending.close_reason)
    return Span("session_close", start_ns, at.closed_ns - ms(0.4), reason, (drain,), logs=(note,))


def _last_label(plan: Plan) -> str:
    return plan.answers[-1].role.label


def job_shutdown(session: Session) -> Span:
    plan = session.plan
    at, ending = plan.at, plan.script.ending
    callback = Span(
        "shutdown_callback",
        at.uploaded_ns + ms(3.1),
        at.finished_ns - ms(4.2),
        {"lk.callback.name": "entrypoint.<locals>.write_summary"},
        logs=(
            Log(
                at.uploaded_ns + ms(24),
                "front-office",
                "INFO",
                "summary written",
                {"outcome": ending.outcome},
            ),
        ),
    )
    return Span(
        "job_shutdown",
        at.closed_ns + ms(0.2),
        at.finished_ns - ms(0.1),
        {"lk.shutdown.reason": ending.shutdown_reason, "lk.shutdown.user_initiated": True},
        children=(
            _on_session_end(plan),
            Span("session_end_upload", at.judged_ns + ms(0.4), at.uploaded_ns, logs=report_logs(session)),
            Span("room_disconnect", at.uploaded_ns + ms(0.3), at.uploaded_ns + ms(2.8)),
            callback,
        ),
        logs=(_sdk_log(at.closed_ns + ms(0.4), "INFO", "shutting down job", ending.shutdown_reason),),
    )


def _sdk_log(at_ns: int, level: str, body: str, reason: str) -> Log:
    source = f"{PACKAGES}/livekit/agents/job.py"
    return Log(at_ns, "livekit.agents", level, body, {"reason": reason}, source)


def _on_session_end(plan: Plan) -> Span:
    at = plan.at
    pace = Pace(f"{plan.script.job_id}/judges")
    judged = tuple(_judged(plan, evaluation, pace) for evaluation in plan.script.ending.evaluations)
    name = {"lk.callback.name": "on_session_end"}
    return Span("on_session_end", at.closed_ns + ms(0.6), at.judged_ns, name, judged)


def _judged(plan: Plan, evaluation: Evaluation, pace: Pace) -> Span:
    start_ns = plan.at.closed_ns + pace.between(2, 5)
    attributes = {
        "gen_ai.evaluation.name": evaluation.name,
        "gen_ai.evaluation.score.label": evaluation.verdict,
        "gen_ai.evaluation.explanation": evaluation.reasoning,
    }
    end_ns = plan.at.judged_ns - pace.between(3, 280)
    return Span(
        "judge_evaluation", start_ns, end_ns, attributes, (_judge_request(plan, evaluation, start_ns, pace),)
    )


def _judge_request(plan: Plan, evaluation: Evaluation, start_ns: int, pace: Pace) -> Span:
    question = f"Criteria: {evaluation.criteria}\n\nConversation:\n{_conversation(plan)}"
    arguments = {"verdict": evaluation.verdict, "reasoning": evaluation.reasoning}
    verdict = {"type": "tool_call", "id": pace.id("call_"), "name": "submit_verdict", "arguments": arguments}
    usage = Usage.of(JUDGE + question, tokens_in(as_text(arguments)) + 8)
    first_ns = start_ns + pace.between(280, 420)
    response = Response(
        pace.id("chatcmpl_"), start_ns + ms(0.4), first_ns, first_ns + pace.between(290, 380), usage
    )
    attributes = {
        **request_attributes(),
        "gen_ai.system_instructions": as_text([text_part(JUDGE)]),
        "gen_ai.input.messages": as_text([{"role": "user", "parts": [text_part(question)]}]),
        "gen_ai.tool.definitions": SUBMIT,
        **response.attributes(),
        "gen_ai.response.finish_reasons": ["tool_call"],
        "gen_ai.output.messages": as_text(
            [{"role": "assistant", "parts": [verdict], "finish_reason": "tool_call"}]
        ),
    }
    return Span("llm_request", response.start_ns, response.end_ns, attributes, (run_of(response),))


def _conversation(plan: Plan) -> str:
    lines = []
    for answer in plan.answers:
        if answer.caller:
            lines.append(f"user: {answer.caller.text}")
        lines += [f"assistant: {step.heard}" for step in answer.steps if step.heard]
    return "\n".join(lines)
