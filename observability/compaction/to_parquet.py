"""Lines of JSON become Parquet, by DuckDB, in a process of its own: its memory goes back when it ends.

Started as a file, by `compaction/engine.py`; it knows nothing of Playhead, and needs no package but DuckDB.
It is told on its input what to do, and says nothing of what it read: errors may quote it, so their class alone is told.
"""

import json
import sys

NO_ENGINE = 3
"""What it ends with where DuckDB is not installed."""
MEMORY = "512MB"
USUAL_LINE_BYTES = 16 * 1024 * 1024
"""DuckDB's own limit, which its buffers are measured by; a longer line is announced."""
ROWS_IN_GROUP = 10_240
"""Such a group stands in memory: some 20 MB of spans. Readers skip whole groups by the times in them."""


def main() -> int:
    try:
        import duckdb
    except ImportError:
        return NO_ENGINE
    asked = json.load(sys.stdin)
    try:
        database = duckdb.connect(config={"threads": 1, "memory_limit": MEMORY})
        for table in asked:
            database.execute(statement_for(**table))
    except Exception as fault:
        sys.stderr.write(type(fault).__name__)
        return 1
    return 0


def statement_for(*, lines: str, target: str, columns: dict[str, str], longest_line: int) -> str:
    types = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns.items())
    return (
        f"COPY (SELECT * FROM read_json({quoted(lines)}, format = 'newline_delimited', columns = {{{types}}}, "  # noqa: S608
        f"maximum_object_size = {max(longest_line + 1, USUAL_LINE_BYTES)})) TO {quoted(target)} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_IN_GROUP}, USE_TMP_FILE false)"
    )


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    sys.exit(main())
