"""Runs statements of docs/analytics.md in an engine: `python ask.py ENGINE FOLDER < statements`.

Its environment has the engines and nothing of Playhead. Prints the last answer's rows as JSON.
"""

import json
import sys


def ask_duckdb(statements: list[str]) -> list[object]:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for statement in statements:
        found = connection.execute(statement)
    return [[str(cell) for cell in row] for row in found.fetchall()]


def ask_clickhouse(statements: list[str]) -> list[object]:
    from chdb.session import Session

    session = Session()
    for statement in statements:
        found = session.query(
            statement, "JSONCompactEachRowWithNames" if "SELECT" in statement[:6] else "CSV"
        )
    lines = [json.loads(line) for line in str(found).splitlines()[1:]]
    return [[str(cell) for cell in row] for row in lines]


engine, folder = sys.argv[1:]
text = sys.stdin.read()
for prefix in ("archive", "parquet"):
    text = text.replace(f"'{prefix}/", f"'{folder}/{prefix}/")
statements = [statement.strip() for statement in text.split(";") if statement.strip()]
print(json.dumps({"DuckDB": ask_duckdb, "ClickHouse": ask_clickhouse}[engine](statements)))
