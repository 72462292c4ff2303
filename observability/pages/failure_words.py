"""What is said of a failure: its sentence first, then what else the SDK told. `failure-words.js` says the same in
the browser; tests/pages/failure_words.json holds the two together."""

import re
from dataclasses import dataclass, replace

from observability.timeline.marks import Failure, TimelineSpan
from observability.timeline.model import Timeline

API_ERROR = re.compile(
    r"""(?P<before>(?:[^=]*:[ ])?)message=
    (?:'(?P<single>(?:[^'\\]|\\.)+)'|"(?P<double>(?:[^"\\]|\\.)+)")
    (?:,[ ](?P<rest>[a-z_]+=.*))?""",
    re.VERBOSE | re.DOTALL,
)
"""How LiveKit's Python SDK writes APIStatusError: the repr of its message, then its other fields."""
ESCAPE = re.compile(r"""\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([nrt'"\\]))""")
ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
SURROGATES = range(0xD800, 0xE000)
LAST_LETTER = 0x10FFFF

CLASS_NOT_TOLD = "tool_error"
"""What the SDK says of every tool that failed."""


@dataclass(frozen=True, slots=True)
class FailureWords:
    text: str
    rest: str = ""
    """Fields of the error beside its message, as the SDK wrote them."""


def failure_words(told: str) -> FailureWords:
    """The whole text if it does not look like an error of the SDK."""
    found = API_ERROR.fullmatch(told)
    if found is None:
        return FailureWords(told)
    said = ESCAPE.sub(_letter, found["single"] or found["double"])
    return FailureWords(found["before"] + said, found["rest"] or "")


def _letter(escape: re.Match[str]) -> str:
    if escape[4]:
        return ESCAPED.get(escape[4], escape[4])
    number = int(escape[1] or escape[2] or escape[3], 16)
    return escape[0] if number in SURROGATES or number > LAST_LETTER else chr(number)


def words_of_span(span: TimelineSpan, failure: Failure | None) -> FailureWords:
    """Empty if it did not fail."""
    if span.name != "function_tool" or failure is None:
        return failure_words("" if span.error == CLASS_NOT_TOLD else span.error)
    said = failure_words(failure.message.removeprefix(f"{span.label}: ") or "failed without a reason")
    return replace(said, text=with_class(failure.error_type, said.text))


def with_class(error_type: str, text: str) -> str:
    return text if error_type in ("", CLASS_NOT_TOLD) else f"{error_type}: {text}"


def failure_of(timeline: Timeline, span: TimelineSpan) -> Failure | None:
    return next((failure for failure in timeline.errors if span.span_id in failure.span_ids), None)


def name_of_line(timeline: Timeline, failure: Failure | None) -> str:
    """The first log line that tells of it, as in `data-select`; empty if none does."""
    return f"log-{timeline.logs[failure.log_indexes[0]].key}" if failure and failure.log_indexes else ""
