"""Who may do what. Every route of the site has its row; tests/access/test_table.py tries each cell."""

import re
from dataclasses import dataclass
from typing import Literal

MADE_ANEW = re.compile(rb'nonce="[^"]*"|"X-CSRFToken": "[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"')
"""In every answer of a page."""
Least = Literal["viewer", "member", "admin", "owner", "anyone", "signed in", "staff", "api", "nothing"]
"""The smallest role in the project that is let in; or who else, where no project is named.

api: a viewer, by session cookie or by the project's own token with the scope read. nothing: there is nothing.
"""


@dataclass(frozen=True, slots=True)
class Row:
    least: Least
    method: Literal["GET", "POST"] = "GET"
    refusal: int = 404
    """What members are told whose role does not suffice; they see that the project is there anyway."""
    body: str = ""
    """Of a form; "{session}" stands for the session's id."""
    granted: bool = True
    """An operator with a grant is let in where a viewer is. Without one they are a stranger everywhere."""


VIEWER, MEMBER, ADMIN, OWNER, API = (Row(least) for least in ("viewer", "member", "admin", "owner", "api"))
ANYONE, SIGNED_IN, STAFF = (Row(least) for least in ("anyone", "signed in", "staff"))
PROJECT = "projects/<slug:slug>/"
SESSION = PROJECT + "sessions/<uuid:public_id>/"
SETTINGS = PROJECT + "settings/"
INSIDER = Row("viewer", granted=False)
"""Settings and keys: for whoever belongs to the project."""
API_PROJECT = "api/v1/projects/<slug:project>/"
API_SESSION = API_PROJECT + "sessions/<uuid:session>/"

TABLE: dict[str, Row] = {
    "": SIGNED_IN,
    "livez": ANYONE,
    "healthz": ANYONE,
    "readyz": ANYONE,
    "metrics": Row("nothing"),
    "docs/": ANYONE,
    "docs/<path:name>/": ANYONE,
    "system/": STAFF,
    "system/access/": Row("staff", "POST"),
    "system/access/<int:grant_id>/end/": Row("staff", "POST"),
    "api/": Row("nothing"),
    "projects/new/": SIGNED_IN,
    "invitations/<str:token>/": ANYONE,
    "api/schema/": ANYONE,
    "api/docs/": ANYONE,
    # of a project
    PROJECT + "sessions/": VIEWER,
    PROJECT + "sessions/rows/": VIEWER,
    PROJECT + "sessions/import/": MEMBER,
    PROJECT + "sessions/delete/": ADMIN,
    PROJECT + "sessions/views/": Row("member", "POST"),
    PROJECT + "sessions/views/<int:view_id>/rename/": Row("member", "POST"),
    PROJECT + "sessions/views/<int:view_id>/delete/": Row("member", "POST"),
    PROJECT + "insights/": VIEWER,
    PROJECT + "connect/": INSIDER,
    PROJECT + "connect/check/": INSIDER,
    PROJECT + "model-improvement/": ADMIN,
    PROJECT + "downloads/": Row("viewer", "POST", body="session={session}"),
    PROJECT + "downloads/<uuid:export_id>/": VIEWER,
    PROJECT + "downloads/<uuid:export_id>/state/": VIEWER,
    # of a session
    SESSION: VIEWER,
    SESSION + "delete/": ADMIN,
    SESSION + "refresh/": VIEWER,
    SESSION + "try-again/": Row("admin", "POST"),
    SESSION + "snapshot/": VIEWER,
    SESSION + "search/": VIEWER,
    SESSION + "lines/": VIEWER,
    SESSION + "first-spans/": VIEWER,
    SESSION + "first-logs/": VIEWER,
    SESSION + "metrics/": VIEWER,
    SESSION + "spans/": VIEWER,
    SESSION + "spans/<str:trace_id>-<str:span_id>/": VIEWER,
    SESSION + "logs/": VIEWER,
    SESSION + "logs/<slug:key>/": VIEWER,
    SESSION + "turns/<int:index>/": VIEWER,
    SESSION + "raw/": VIEWER,
    SESSION + "raw/<slug:key>/": VIEWER,
    # settings
    SETTINGS: INSIDER,
    SETTINGS + "name/": Row("admin", "POST"),
    SETTINGS + "address/": Row("admin", "POST"),
    SETTINGS + "leave/": Row("viewer", "POST", granted=False),
    SETTINGS + "transfer/": OWNER,
    SETTINGS + "members/": INSIDER,
    SETTINGS + "members/<int:member_id>/role/": Row("admin", "POST", body="role=viewer"),
    SETTINGS + "members/<int:member_id>/remove/": Row("admin", "POST"),
    SETTINGS + "invitations/create/": Row("admin", "POST"),
    SETTINGS + "invitations/<int:invitation_id>/resend/": Row("admin", "POST"),
    SETTINGS + "invitations/<int:invitation_id>/revoke/": Row("admin", "POST"),
    SETTINGS + "plan/": ADMIN,
    SETTINGS + "plan/<slug:plan>/": ADMIN,
    SETTINGS + "trail/": ADMIN,
    SETTINGS + "trail/export/": ADMIN,
    SETTINGS + "keys/": ADMIN,
    SETTINGS + "keys/register/": Row("admin", "POST"),
    SETTINGS + "keys/generate/": Row("admin", "POST"),
    SETTINGS + "keys/<int:key_id>/revoke/": Row("admin", "POST"),
    SETTINGS + "tokens/create/": Row("admin", "POST"),
    SETTINGS + "tokens/<int:token_id>/revoke/": Row("admin", "POST"),
    SETTINGS + "privacy/": ADMIN,
    SETTINGS + "operators/": ADMIN,
    SETTINGS + "operators/<int:grant_id>/end/": Row("admin", "POST"),
    SETTINGS + "delete/": OWNER,
    # API
    "api/v1/projects/": SIGNED_IN,
    API_PROJECT: API,
    API_PROJECT + "views/": API,
    API_PROJECT + "members/": INSIDER,
    API_PROJECT + "invitations/": ADMIN,
    API_PROJECT + "api-keys/": ADMIN,
    API_PROJECT + "access-tokens/": ADMIN,
    API_PROJECT + "privacy/": ADMIN,
    API_PROJECT + "usage/": ADMIN,
    API_PROJECT + "audit-trail/": ADMIN,
    API_PROJECT + "sessions/": API,
    API_PROJECT + "insights/": API,
    API_PROJECT + "downloads/": Row("api", "POST"),
    API_PROJECT + "downloads/<uuid:export>/": API,
    API_PROJECT + "downloads/<uuid:export>/file/": API,
    API_PROJECT + "imports/": Row("member", "POST", refusal=403),
    API_SESSION: API,
    API_SESSION + "timeline/": API,
    API_SESSION + "transcript/": API,
    API_SESSION + "spans/": API,
    API_SESSION + "logs/": API,
    API_SESSION + "metrics/": API,
    API_SESSION + "chat-items/": API,
    API_SESSION + "audio/": API,
    API_SESSION + "peaks/": API,
    API_SESSION + "download/": Row("api", "POST"),
    API_SESSION + "download/<uuid:export>/": API,
    API_SESSION + "download/<uuid:export>/file/": API,
}

SOCKETS = {
    "ws/projects/<slug:slug>/sessions/",
    "ws/projects/<slug:slug>/sessions/<uuid:public_id>/",
    "",
}
"""Tried cell by cell in tests/live."""

OTHERS = ("admin/", "account/")
"""Django's admin and django-allauth see to their own; no project is behind them."""
