"""The zip of a session: how fast it is made and fetched, what memory that takes, and that it is whole.

    python benchmarks/zip.py [--megabytes 200]

One session has a recording, which is stored in the zip as it is, another one none, so that all of its zip is compressed
records. Each is made in a process of its own, as a worker makes it; then the first is fetched from a server.
"""

import hashlib
import json
import os
import resource
import sys
import time
import urllib.request
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from benchmarks.fill import filled, run_in
from benchmarks.recording import CHUNK, JOB_ID, Peak, session_of, upload
from benchmarks.rows import Row, at_least, at_most, finish, machine_row, none, parser_of, told
from benchmarks.servers import Server, embedded_on, wait_until_worked_off

LEAST_MB_A_SECOND, MOST_MB = 200, 20
MAKE = "make"
DONE_WITHIN_S = 120


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="playhead-benchmark-") as name:
        rows = measured(Path(name), arguments.megabytes * 1_000_000)
    return finish(rows, as_json=arguments.json)


def measured(folder: Path, size: int) -> list[Row]:
    with embedded_on(folder) as server:
        status, digest = upload(server, size)
        assert status == 200, status
        wait_until_worked_off(server)
        recorded = session_of(server, JOB_ID)
    spoken = filled(server.environment, 1)["templates"][0]
    audio, records = (
        json.loads(run_in(server.environment, __file__, MAKE, each)) for each in (recorded, spoken)
    )
    with embedded_on(folder) as again:
        again.credentials = server.credentials
        wait_until_worked_off(again)
        fetched, growth_mb, content = fetch(again, recorded)
    return [
        machine_row(),
        at_least(
            f"made, {size / 1e6:.0f} MB of audio", audio["mb"] / audio["took_s"], LEAST_MB_A_SECOND, "MB/s"
        ),
        at_most("  memory that it takes", audio["growth_mb"], MOST_MB, "MB"),
        told("made of records alone, before compression", records["mb"] / records["took_s"], "MB/s"),
        at_most("  memory that it takes", records["growth_mb"], MOST_MB, "MB"),
        at_least("fetched from a server", fetched, LEAST_MB_A_SECOND, "MB/s"),
        at_most("  memory of the server grows by", growth_mb, MOST_MB, "MB"),
        none(
            "members that are damaged or missing", audio["faults"] + records["faults"] + (content != digest)
        ),
    ]


def make(public_id: str) -> dict[str, Any]:
    """For a process of its own. What is told is what `measured` reads."""
    import django

    django.setup()
    from django.utils import timezone

    from observability.exports.build import write_zip
    from observability.models import Export, Session

    session = Session.objects.select_related("project").get(public_id=public_id)
    export = Export(project=session.project, session_count=1, may_hold_audio=True, created_at=timezone.now())
    path = Path(os.environ["DATA_DIR"]) / "benchmark.zip"
    before_mb, began = peak_mb(), time.perf_counter()
    write_zip(path, export, [session])
    took_s, growth_mb = time.perf_counter() - began, peak_mb() - before_mb
    with zipfile.ZipFile(path) as made:
        mb = sum(member.file_size for member in made.infolist()) / 1e6
        told_of = {member["name"] for member in json.loads(made.read("manifest.json"))["members"]}
        faults = (made.testzip() is not None) + len(told_of - set(made.namelist()))
    path.unlink()
    return {"took_s": took_s, "mb": mb, "growth_mb": growth_mb, "faults": faults}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fetch(server: Server, session: str) -> tuple[float, float, str]:
    """MB a second, by how much the server grew, and the digest of the recording in the zip."""
    base = f"/api/v1/projects/{server.credentials['project']}/sessions/{session}/download/"
    with asked(server, base, b"") as answer:
        state = json.load(answer)
    deadline = time.monotonic() + DONE_WITHIN_S
    while state["state"] != "ready":
        assert time.monotonic() < deadline, state
        time.sleep(0.2)
        state = server.get(state["url"].removeprefix(server.url))
    path = server.data_dir / "fetched.zip"
    before_mb, peak, began = max(server.memory_mb()), Peak(server), time.perf_counter()
    with asked(server, state["file_url"].removeprefix(server.url)) as answer, path.open("wb") as file:
        while piece := answer.read(CHUNK):
            file.write(piece)
    took_s = time.perf_counter() - began
    growth_mb = peak.stop() - before_mb
    with zipfile.ZipFile(path) as got, got.open("recording.ogg") as audio:
        digest = hashlib.file_digest(audio, "sha256").hexdigest()  # type: ignore[arg-type]
    return path.stat().st_size / 1e6 / took_s, growth_mb, digest


def asked(server: Server, path: str, body: bytes | None = None) -> Any:
    headers = {"Authorization": f"Bearer {server.credentials['read_token']}"}
    return urllib.request.urlopen(urllib.request.Request(server.url + path, body, headers), timeout=120)


if __name__ == "__main__":
    if sys.argv[1:2] == [MAKE]:
        print(json.dumps(make(sys.argv[2])))
        sys.exit()
    sys.exit(main())
