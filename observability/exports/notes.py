"""What a zip says of itself: what each member is, and why some are not there."""

from dataclasses import dataclass, field

WHAT_IT_IS = {
    "recording": "The audio, byte by byte as the agent uploaded it. Left is the user, right the agent.",
    "recording-rev": "The audio of another upload of the same session.",
    "transcript.txt": "The conversation to read, with tool calls and handoffs. Times count from the session's start.",
    "transcript.vtt": "The words of user and agent as subtitles (WebVTT). Times count from the session's start.",
    "chat_history.json": "The conversation as the SDK uploaded it, with ids and metrics of each item.",
    "traces.json": "All spans as one OTLP/JSON export request, which OpenTelemetry tools read.",
    "logs.jsonl": "All log records, one a line, each as an OTLP/JSON export request.",
    "metrics.json": "All metric points as one OTLP/JSON export request.",
    "session.json": "Ids, times, counts, figures, completeness, and facts about the recordings.",
    "README.txt": "This page.",
    "manifest.json": "The size, SHA-256 and number of records of each file, for machines.",
}


@dataclass(slots=True)
class Notes:
    left_out: dict[str, str] = field(default_factory=dict)
    """Why members that a session can have are not there, a sentence by name."""
    remarks: dict[str, str] = field(default_factory=dict)
    """What is wrong with members that are there."""


def what_it_is(name: str) -> str:
    kind = "recording-rev" if name.startswith("recording-rev") else name
    kind = "recording" if name.startswith("recording.") else kind
    return WHAT_IT_IS[kind]


def readme(head: list[str], names: list[str], notes: Notes) -> str:
    lines = [*head, "", "Files", "-----", ""]
    for name in names:
        lines += [name, f"    {what_it_is(name)}"]
        if name in notes.remarks:
            lines.append(f"    {notes.remarks[name]}")
    if notes.left_out:
        lines += ["", "Not there", "---------", ""]
        for name, reason in notes.left_out.items():
            lines += [name, f"    {reason}"]
    return "\n".join([*lines, ""])
