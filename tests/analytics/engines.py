"""Engines in an environment of their own, and the statements of docs/analytics.md asked of what lies in the storage."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.sdk.environments import python_home

HERE = Path(__file__).parent
DOCUMENT = Path(settings.BASE_DIR, "docs", "analytics.md")


def home() -> Path:
    return python_home("analytics", HERE / "requirements.txt")


def packages() -> Path:
    """For a process of ours that is to find DuckDB."""
    return home() / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def statements_of(section: str) -> str:
    """Of a section of docs/analytics.md."""
    _, _, text = DOCUMENT.read_text().partition(f"\n## {section}\n")
    return "\n".join(re.findall(r"```sql\n(.*?)```", text.partition("\n## ")[0], re.DOTALL))


def ask(engine: str, statements: str) -> list[list[str]]:
    """The rows of the last answer."""
    done = subprocess.run(
        [home() / "bin" / "python", HERE / "ask.py", engine, settings.MEDIA_ROOT],
        input=statements,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows: list[list[str]] = json.loads(done.stdout)
    return rows


def rows_of(table: str, order: str = "ALL") -> list[dict[str, Any]]:
    """Of all files of a table, by column; what is JSON stays text."""
    asked = (
        f"SELECT to_json(t) FROM (SELECT * FROM read_parquet('parquet/{table}/*/*/*.parquet', "
        f"hive_partitioning = false) ORDER BY {order}) t"
    )
    return [json.loads(row[0]) for row in ask("DuckDB", asked)]
