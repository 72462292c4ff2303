"""PgBouncer, as Debian has it, before a PostgreSQL: each transaction gets any of a few connections."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from tests.sdk.playhead import free_port
from tests.stack.storage import Service

CONNECTIONS = 6
"""Fewer than the threads and processes that want one."""
CONFIGURATION = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 500
"""


def pooler(folder: Path, postgres: str, *, connections: int = CONNECTIONS) -> Service:
    where, listen = urlsplit(postgres), free_port()
    home = folder / "pooler"
    home.mkdir(parents=True, exist_ok=True)
    (home / "pgbouncer.ini").write_text(
        CONFIGURATION.format(
            host=where.hostname, port=where.port, user=where.username, listen=listen, connections=connections
        )
    )
    # It does not run as root, and has read its file before it is somebody else.
    as_nobody = [] if os.geteuid() else ["-u", "nobody"]
    return Service([program(), *as_nobody, str(home / "pgbouncer.ini")], listen, home)


def through(pool: Service, database_url: str) -> str:
    where = urlsplit(database_url)
    return f"postgres://{where.username}@127.0.0.1:{pool.port}{where.path}"


def program() -> str:
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin") or "pgbouncer"
