"""Names that changed between SDK generations, and the names of spans by what they are about."""

from collections.abc import Mapping

from observability.records import Value

LLM_REQUESTS = frozenset({"llm_request", "llm_fallback_adapter"})
TTS_REQUESTS = frozenset({"tts_request", "tts_fallback_adapter", "tts_stream_adapter"})


def content(attributes: Mapping[str, Value], name: str) -> Value:
    """A content attribute: `lk.pii.<name>`, before Python and Node 1.7.0 `lk.<name>` (docs/contract.md
    §14)."""
    value = attributes.get("lk.pii." + name)
    return attributes.get("lk." + name) if value is None else value
