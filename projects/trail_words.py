"""What the audit trail's verbs are called on its page, and what they were about. The CSV has both as written down."""

from projects.roles import HEARERS

ACTIONS = {
    "session.viewed": "Looked at a session",
    "transcript.viewed": "Read a transcript",
    "records.viewed": "Looked at records",
    "recording.played": "Played a recording",
    "download.asked": "Asked for a download",
    "session.downloaded": "Downloaded a session",
    "session.imported": "Imported a session",
    "session.deleted": "Deleted a session",
    "session.erased": "Erased a session",
    "session.tried-again": "Had work on a session tried again",
    "privacy.changed": "Changed a privacy switch",
    "plan.changed": "Changed the plan",
    "api_key.registered": "Registered an API key",
    "api_key.generated": "Generated an API key",
    "api_key.revoked": "Revoked an API key",
    "access_token.created": "Made an access token",
    "access_token.revoked": "Revoked an access token",
    "member.invited": "Invited somebody",
    "invitation.sent_again": "Sent an invitation again",
    "invitation.revoked": "Revoked an invitation",
    "member.joined": "Joined",
    "member.set": "Set a member’s role",
    "member.role_changed": "Changed a role",
    "member.removed": "Removed a member",
    "member.left": "Left",
    "ownership.transferred": "Handed the project over",
    "staff.granted": "Was given an operator’s access",
    "staff.looked": "Looked as an operator",
    "staff.ended": "Ended an operator’s access",
    "project.created": "Made the project",
    "project.renamed": "Renamed the project",
    "project.moved": "Changed the address",
    "view.saved": "Saved a view of the list",
    "view.renamed": "Renamed a view of the list",
    "view.deleted": "Deleted a view of the list",
    "trail.exported": "Exported the audit trail",
    "demo.promised": "Made the project at the first start",
    "demo.seeded": "Added a demo session",
}


def action_of(verb: str) -> str:
    """One that has no words yet is shown as it is."""
    return ACTIONS.get(verb, verb)


SWITCHES = {
    "observability": "Agent observability",
    "audio": "Audio",
    "transcripts": "Transcripts",
    "traces": "Traces",
    "logs": "Logs",
    "redaction": "Redact personal data",
    "audio_role": "Who may hear recordings",
}
"""As Data and privacy has them."""
VALUES = {"True": "on", "False": "off"} | {str(role): words for role, words in HEARERS.items()}
PLACES = {"sessions": "the list of sessions", "insights": "Insights"}
OF_PEOPLE = {
    "member.invited",
    "member.joined",
    "member.set",
    "member.role_changed",
    "member.removed",
    "member.left",
    "invitation.sent_again",
    "invitation.revoked",
    "ownership.transferred",
}
"""About "somebody@example.com", "somebody@example.com: member" or "to somebody@example.com"."""


def subject_of(verb: str, target: str) -> str:
    """What it was about, in words where it was written down in names of ours."""
    name, _, value = target.partition(": ")
    if verb == "privacy.changed":
        return f"{SWITCHES.get(name, name)}: {VALUES.get(value, value)}"
    if verb in OF_PEOPLE and value:
        return f"{name}, from {value}" if " to " in value else f"{name}, {value}"
    if verb == "plan.changed":
        return f"from {target}"
    if verb == "staff.looked":
        return PLACES.get(target.partition("/")[0], target)
    return target


def person_of(verb: str, target: str) -> str:
    """The address of the person that it was about; "" where it was about none."""
    return target.partition(": ")[0].removeprefix("to ") if verb in OF_PEOPLE else ""
