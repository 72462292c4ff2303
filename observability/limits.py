"""Every number that can refuse or drop data, with its unit and its reason (docs/losing-data.md lists what each does).

Each may be overridden by an environment variable of the same name.
"""

from config.env import number

MIB = 1024 * 1024

MAX_OTLP_BODY_BYTES = number("MAX_OTLP_BODY_BYTES", 16 * MIB)
"""Compressed. The SDKs batch at most 512 items; a long session's largest request measured 0.3 MiB."""

MAX_OTLP_INFLATED_BYTES = number("MAX_OTLP_INFLATED_BYTES", 64 * MIB)
"""The Python exporter drops anything larger itself, before it compresses."""

MAX_INFLATE_RATIO = number("MAX_INFLATE_RATIO", 300)
"""Chat contexts repeat and compress well, yet real bodies stay below 60:1."""

INFLATE_RATIO_FREE_BYTES = number("INFLATE_RATIO_FREE_BYTES", 8 * MIB)
"""Up to here any ratio is harmless."""

MAX_JOBS_PER_REQUEST = number("MAX_JOBS_PER_REQUEST", 500)
"""Sessions that one upload may belong to. A process runs a few jobs; a sender without names has a session for each
trace, and each costs a few milliseconds of the database."""

MAX_ITEMS_PER_REQUEST = number("MAX_ITEMS_PER_REQUEST", 20_000)
"""Spans, log records or points. 16 KB of empty spans would cost 1.35 GB once parsed, so they are counted before."""

MAX_EVENTS_PER_REQUEST = number("MAX_EVENTS_PER_REQUEST", 100_000)
"""Span events and links together; an SDK span has at most 128 of each."""

MAX_ATTRIBUTES_PER_REQUEST = number("MAX_ATTRIBUTES_PER_REQUEST", 200_000)
"""Nested ones counted; an SDK span has at most 128."""

MAX_ATTRIBUTE_DEPTH = number("MAX_ATTRIBUTE_DEPTH", 45)
"""Nesting of an attribute's value. Protobuf's own parsers stop at 100 messages."""

MAX_JSON_DEPTH = number("MAX_JSON_DEPTH", 100)
MAX_JSON_INTEGER_DIGITS = number("MAX_JSON_INTEGER_DIGITS", 100)
"""Longer ones take Python quadratic time to read."""

MAX_BATCH_BYTES = number("MAX_BATCH_BYTES", 128 * MIB)
"""The records of one session in one upload, written out: each repeats its resource, so a small body can grow much."""

MAX_IN_FLIGHT_BYTES = number("MAX_IN_FLIGHT_BYTES", 256 * MIB)
"""Inflated bodies and chat histories in this process at one moment; beyond it senders are asked to come back."""

MAX_RECORDING_BYTES = number("MAX_RECORDING_BYTES", 512 * MIB)
"""The whole request. SDKs send about 1 MB for a minute, so more than eight hours."""

MAX_RECORDING_PARTS = number("MAX_RECORDING_PARTS", 10)
"""The SDKs send three."""

MAX_RECORDING_HEADER_BYTES = number("MAX_RECORDING_HEADER_BYTES", 1 * MIB)
"""Holds ids and a session summary of a few kilobytes."""

MAX_CHAT_HISTORY_BYTES = number("MAX_CHAT_HISTORY_BYTES", 64 * MIB)
"""One hour of dense talk is about 1 MB."""

MAX_CHAT_VALUES = number("MAX_CHAT_VALUES", 2_000_000)
"""JSON values of one chat history, counted before they are parsed: 64 MiB of `[` would take gigabytes."""

MAX_CHAT_ITEMS = number("MAX_CHAT_ITEMS", 20_000)
"""Of one chat history, as of other items in one upload: six hours of the densest talk that we measured. A timeline
of so many is built in 2 s; of 400,000, which 13 MB can hold, it was not there after two minutes."""

MAX_RECORDING_DECODED_S = number("MAX_RECORDING_DECODED_S", 6 * 3600)
"""63 KB of valid Opus can decode to an hour, so length is limited where it is decoded."""

MAX_SESSION_RECORDS = number("MAX_SESSION_RECORDS", 500_000)
"""About 30 hours of dense talk; beyond it a timeline cannot be read as a whole."""

MAX_KEPT_RECORDS = number("MAX_KEPT_RECORDS", 60_000)
"""Spans and log lines of the timelines that a process keeps built: some 1.2 KB each with what pages make of them, and
every page of a session needs its timeline three times within a second."""

MAX_EXPORT_SESSIONS = number("MAX_EXPORT_SESSIONS", 50)
"""Of one zip: an hour of audio each is 3 GB on the disk of the server that makes it."""

MAX_EXPORTS_UNDER_WAY = number("MAX_EXPORTS_UNDER_WAY", 10)
"""Of one project, so that another's is made in between."""

MAX_DELETE_SESSIONS = number("MAX_DELETE_SESSIONS", 50)
"""With one click: a page of the list. Each is a transaction of its own, some 10 ms."""

MAX_SAVED_VIEWS = number("MAX_SAVED_VIEWS", 50)
"""Of one project; all of them stand in a menu."""

MAX_IMPORT_BYTES = number("MAX_IMPORT_BYTES", 1024 * MIB)
"""All files of one import: two of the longest recordings, or some 15 hours of talk at the SDKs' rate."""

MAX_IMPORT_FILES = number("MAX_IMPORT_FILES", 50)
"""Of one import; each is held open."""

MAX_IMPORT_MEMBERS = number("MAX_IMPORT_MEMBERS", 2_000)
"""Files in one zip. A zip of MAX_EXPORT_SESSIONS has some 600, and their directory is read into memory."""

MAX_IMPORT_INFLATED_BYTES = number("MAX_IMPORT_INFLATED_BYTES", 4096 * MIB)
"""What a zip may unpack to: audio does not become larger, and spans as text some twenty times."""

MAX_IMPORT_TELEMETRY_BYTES = number("MAX_IMPORT_TELEMETRY_BYTES", 256 * MIB)
"""Spans, logs and metrics of one session as text, and once more of what they become, which waits in memory for the
transaction: some 180,000 spans."""

MAX_IMPORTS_AT_ONCE = number("MAX_IMPORTS_AT_ONCE", 2)
"""In one process: each takes a thread, and the memory of one upload, for as long as it lasts."""

MAX_SESSION_S = number("MAX_SESSION_S", 24 * 3600)
"""How far apart the room's recording and the job that it belongs to may begin."""

MAX_TOKEN_LIFE_S = number("MAX_TOKEN_LIFE_S", 24 * 3600)
"""SDKs sign for 6 hours."""

TOKEN_LEEWAY_S = number("TOKEN_LEEWAY_S", 60)
"""What LiveKit's own verifier grants to clocks."""

TOKEN_VERDICT_S = number("TOKEN_VERDICT_S", 2)
"""How long a verified token is trusted without another look; a revoked key is refused within this time."""

RETRY_AFTER_S = number("RETRY_AFTER_S", 1)
"""The exporters give up after 10 s in all, and drop at once what cannot be retried within that time.

Nobody tries for an agent while it waits: web may come back meanwhile and be gone again.
"""

NODE_FLUSH_HOLD_S = number("NODE_FLUSH_HOLD_S", 6)
"""Node's span exporter ticks every 5 s and is not flushed at exit: a later answer brings the last spans."""

MAX_HELD_ANSWERS = number("MAX_HELD_ANSWERS", 64)
"""In one process; a held answer is an open connection. Beyond this, Node's last spans are given up, not the upload."""

MAX_HELD_THREADS = number("MAX_HELD_THREADS", 2)
"""Of those, how many may hold a thread, where the server runs the WSGI application without an event loop."""

SEAL_AFTER_S = number("SEAL_AFTER_S", 120)
"""After the last upload of a session that is over. What comes later is sealed again, with all the rest."""

LOST_AFTER_S = number("LOST_AFTER_S", 15 * 60)
"""Silence alone is no end: nothing is sent while a caller is on hold."""
