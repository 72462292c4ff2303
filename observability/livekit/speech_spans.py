"""Reading the spans of the conversation: user turns, agent turns, the end of a turn (docs/contract.md
§6.3, §6.4)."""

from observability.livekit.kept_spans import once
from observability.livekit.measures import Measures
from observability.livekit.sdk import Language
from observability.livekit.span_facts import AgentTurn, EouDetection, EouWait, UserTurn
from observability.livekit.values import flag, integer, mapping, number, text, texts
from observability.livekit.vocabulary import content
from observability.records import SpanRecord


@once
def user_turn(span: SpanRecord, language: Language) -> UserTurn:
    attributes = span["attributes"]
    measures = Measures(attributes, language)
    transcript = content(attributes, "user_transcript")
    return UserTurn(
        transcript=text(transcript),
        committed=transcript is not None,
        confidence=number(attributes.get("lk.transcript_confidence")) or None,
        transcription_delay_ms=measures.native("lk.transcription_delay", zero_is_unknown=True),
        end_of_turn_delay_ms=measures.native("lk.end_of_turn_delay", zero_is_unknown=True),
        resumed=integer(attributes.get("lk.eou.resume_count")) or 0,
        participant_identity=text(content(attributes, "participant_identity")),
        model=text(attributes.get("gen_ai.request.model")),
        provider=text(attributes.get("gen_ai.provider.name")),
        provider_request_ids=texts(attributes.get("lk.provider_request_ids")),
        impossible=tuple(measures.impossible),
    )


@once
def agent_turn(span: SpanRecord) -> AgentTurn:
    attributes = span["attributes"]
    measures = Measures(attributes)
    spoken = content(attributes, "response.text")
    failure = any(event.get("name") == "exception" for event in span.get("events", ()))
    return AgentTurn(
        speech_id=text(attributes.get("lk.speech_id")),
        agent=text(attributes.get("gen_ai.agent.name")),
        user_input=text(content(attributes, "user_input")),
        instructions=text(content(attributes, "instructions")),
        text=text(spoken),
        has_text=isinstance(spoken, str) and spoken != "",
        interrupted=flag(attributes.get("lk.interrupted")),
        interruption_source=text(attributes.get("lk.interruption.source")),
        played_ms=measures.seconds("lk.playout.position"),
        e2e_ms=measures.seconds("lk.e2e_latency", zero_is_unknown=True),
        transcription_delay_ms=measures.seconds("lk.transcription_delay", zero_is_unknown=True),
        end_of_turn_delay_ms=measures.seconds("lk.end_of_turn_delay", zero_is_unknown=True),
        hook_ms=measures.seconds("lk.on_user_turn_completed_delay"),
        generation_ids=_generation_ids(span),
        generation_count=integer(attributes.get("lk.generation_count")) or 1,
        parent_generation_id=text(attributes.get("lk.parent_generation_id")),
        discarded_speech_ids=_discarded(span),
        failed=failure or span["status"].get("code") == 2,
        error_type=text(attributes.get("error.type")) or text(attributes.get("exception.type")),
        impossible=tuple(measures.impossible),
    )


@once
def eou_wait(span: SpanRecord, language: Language) -> EouWait:
    attributes = span["attributes"]
    return EouWait(
        source=text(attributes.get("lk.eou.source")),
        outcome=text(attributes.get("lk.eou.outcome")),
        endpointing_delay_ms=Measures(attributes, language).native("lk.eou.endpointing_delay"),
    )


@once
def eou_detection(span: SpanRecord, language: Language) -> EouDetection:
    attributes = span["attributes"]
    return EouDetection(
        probability=number(attributes.get("lk.eou.probability")),
        threshold=number(attributes.get("lk.eou.unlikely_threshold")),
        endpointing_delay_ms=Measures(attributes, language).native("lk.eou.endpointing_delay"),
        source=text(attributes.get("lk.eou.source")),
    )


def _generation_ids(span: SpanRecord) -> tuple[str, ...]:
    told = [
        text(mapping(event.get("attributes")).get("lk.generation_id"))
        for event in _events(span, "generation")
    ]
    last = text(span["attributes"].get("lk.generation_id"))
    return tuple(generation for generation in told if generation) or ((last,) if last else ())


def _discarded(span: SpanRecord) -> tuple[str, ...]:
    events = _events(span, "preemptive_generation_discarded")
    told = (text(mapping(event.get("attributes")).get("lk.speech_id")) for event in events)
    return tuple(speech for speech in told if speech)


def _events(span: SpanRecord, name: str) -> list[dict[str, object]]:
    return [dict(event) for event in span.get("events", ()) if event.get("name") == name]
