"""The numbers of live updates, each with its unit and its reason."""

MIN_FRAME_GAP_S = 0.1
"""More than ten frames a second are not seen; what comes in between is merged."""

BUILD_SHARE = 0.2
"""Of one core, for building one watched session's timeline, averaged over a few seconds."""

BUILD_CREDIT_S = 0.5
"""What a quiet session saves up, so that a burst of uploads shows at once."""

MAX_BUILD_PAUSE_S = 2.0
"""However dear a timeline is to build: with the poll, a page is never more than five seconds behind."""

POLL_S = 2.0
"""How often a watched thing is looked at without a hint; a lost hint heals within this time."""

CHECK_ACCESS_EVERY_S = 2.5
"""Losing access has to close the socket within five seconds."""

SAME_CHECK_S = 1.0
"""Checks of the same person for the same project within this time are one; both together stay below five seconds."""

MAX_REMEMBERED_VISITS = 1000
"""Then they are forgotten and looked up again."""

LIVE_BEAT_S, QUIET_BEAT_S = 3, 15
"""A frame is sent at least this often; the reader takes longer silence for a dead line (twice this and a second)."""

SLOW_READER_S = 5.0
"""How long one frame may wait for the reader's line before the socket is closed."""

MAX_SOCKETS_PER_PERSON = 20
"""In one process. A person has a few tabs open, a script one socket for each session it follows."""

MAX_INBOUND_BYTES = 64 * 1024
"""Nothing but pings is expected."""

MIN_PONG_GAP_S = 1.0
"""A reader asks once when its page wakes up."""

COMPRESS_FROM_BYTES = 16 * 1024
"""Snapshots shrink to a seventh; a small event is not worth the time."""

KEPT_EVENTS = 8
"""A reader further behind than this gets a snapshot."""

LONG_BUILD_S = 0.05
"""Of processor time, the last time: what is read for the first time, or whole, takes hundreds of milliseconds."""

BUILD_THREADS, LONG_BUILD_THREADS, CHECK_THREADS = 2, 2, 2
"""So that one huge session, or sixty that are opened at once, delay neither the others nor any check of access."""

LOOK_AT_CONNECTION_EVERY_S = 1.0
"""Each thread at its own. After a restart of the database something watched may fail once, and is read again."""

LISTED_SESSIONS = 200
"""The newest ones, of which the list's page shows fifty; a hint tells of an older one."""

COALESCE_HINTS_S = 0.02
HINT_TIMEOUT_S = 2.0
LAYER_PAUSE_S = 1.0
"""After a failure the layer is left alone for this long; polls go on meanwhile."""

MAX_WAITING_HINTS = 10_000
"""Sessions. Beyond it hints are given up: viewers poll."""

LOG_FAILURES_EVERY_S = 60.0
