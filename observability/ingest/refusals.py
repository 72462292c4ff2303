"""Every refusal, with the status that the real clients understand (docs/contract.md §4).

A refusal is either for good or until a moment later, never both: exporters drop the first and repeat the second.
"""

from collections.abc import Mapping

from observability.limits import RETRY_AFTER_S

INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, UNIMPLEMENTED, UNAVAILABLE, UNAUTHENTICATED = (
    3,
    5,
    7,
    12,
    14,
    16,
)


class Refused(Exception):
    """The sender is told; nothing of the upload is kept, but for a recording that broke off.

    `str()` is the message that the sender reads.
    """

    status = 400
    grpc_code = INVALID_ARGUMENT
    reason = "refused"
    retry_after_s: int | None = None
    headers: Mapping[str, str] = {}
    concerns: tuple[str, ...] = ()
    """Projects whose own secret signed the token: the refusal is theirs, whatever the address names."""


class Malformed(Refused):
    reason = "malformed"


class TooLarge(Refused):
    status, reason = 413, "too-large"


class UnsupportedMedia(Refused):
    status, reason = 415, "unsupported-media"


class NoSuchEndpoint(Refused):
    status, grpc_code, reason = 404, NOT_FOUND, "no-such-endpoint"


class OnlyPost(Refused):
    status, grpc_code, reason = 405, UNIMPLEMENTED, "only-post"
    headers: Mapping[str, str] = {"Allow": "POST"}


class Unauthenticated(Refused):
    """No other 401 than RecordingDisabled may contain the words that silence an SDK."""

    status, grpc_code, reason = 401, UNAUTHENTICATED, "no-token"
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class BadToken(Unauthenticated):
    reason = "bad-token"


class UnknownKey(Unauthenticated):
    reason = "unknown-key"


class AmbiguousKey(Unauthenticated):
    reason = "ambiguous-key"


class UnknownToken(Unauthenticated):
    """Of an access token: never made, revoked, or of another project."""

    reason = "unknown-token"


class MissingScope(Refused):
    status, grpc_code, reason = 403, PERMISSION_DENIED, "missing-scope"


class WrongSecret(Unauthenticated):
    reason = "wrong-secret"


class ExpiredToken(Unauthenticated):
    reason = "expired-token"


class MissingGrant(Refused):
    """The token may be a caller's: room tokens are signed with the same key."""

    status, grpc_code, reason = 403, PERMISSION_DENIED, "missing-grant"


class RecordingDisabled(Refused):
    """Makes SDKs stop uploading for the rest of the session, politely (docs/contract.md §4.5)."""

    status, grpc_code, reason = 401, PERMISSION_DENIED, "recording-disabled"

    message = "data recording is disabled by owner of this project"

    def __init__(self) -> None:
        super().__init__(self.message)


class OverQuota(RecordingDisabled):
    """The same polite end, for sessions that have not begun."""

    reason = "over-quota"
    message = "data recording is disabled until next month: the quota of the project's plan is used up"


class Unavailable(Refused):
    """Asks the sender to come back. What it sent is not to blame."""

    status, grpc_code, reason = 503, UNAVAILABLE, "unavailable"
    retry_after_s = RETRY_AFTER_S


class TooManyUploads(Refused):
    """As if the server were busy: on a 429 older exporters drop at once (docs/contract.md §4)."""

    status, grpc_code, reason = 503, UNAVAILABLE, "too-many-uploads"
    retry_after_s = RETRY_AFTER_S


class BrokeOff(Unavailable):
    """The body ended before its end. Nobody's fault, so nothing for the log."""

    def __init__(self) -> None:
        super().__init__("The upload broke off; please repeat it.")
