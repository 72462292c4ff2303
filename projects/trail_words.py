"""What the verbs of the audit trail are called on its page."""

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
