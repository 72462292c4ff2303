"""Containers and the processes of one machine are the same parts, started by the same lines."""

import configparser
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
OTHERS_IMAGES = {"database", "redis"}


def started_by_compose() -> dict[str, list[str]]:
    return {
        name: service["command"] for name, service in COMPOSE["services"].items() if name not in OTHERS_IMAGES
    }


def programs_of_supervisor() -> configparser.RawConfigParser:
    programs = configparser.RawConfigParser(inline_comment_prefixes=(";",))
    programs.read(ROOT / "docker" / "supervisord.conf")
    return programs


def started_by_supervisor() -> dict[str, str]:
    programs = programs_of_supervisor()
    return {
        section.removeprefix("program:"): programs[section]["command"]
        for section in programs.sections()
        if section.startswith("program:")
    }


def test_containers_start_the_parts_that_the_tests_of_the_stack_start():
    parts = started_by_supervisor()

    assert parts == {name: f"%(here)s/run {name}" for name in parts}
    assert started_by_compose() == {name: [name] for name in [*parts, "prepare"]}
    assert 'ENTRYPOINT ["/app/docker/run"]' in (ROOT / "docker" / "Dockerfile").read_text()


def test_an_image_may_be_built_with_either_lock():
    """Whoever names the extras' lock gets it past what is kept out of the build."""
    locks = ["requirements.txt", "requirements-extras.txt"]
    let_in = (ROOT / ".dockerignore").read_text().splitlines()

    assert [
        lock for lock in locks if f"!docker/{lock}" not in let_in or not (ROOT / "docker" / lock).exists()
    ] == []
    assert "ARG LOCK=requirements.txt" in (ROOT / "docker" / "Dockerfile").read_text()
    assert COMPOSE["services"]["prepare"]["build"]["args"] == {"LOCK": "${PLAYHEAD_LOCK:-requirements.txt}"}


def test_the_image_is_built_once_for_all_parts_and_never_looked_for_elsewhere():
    """Each part that builds it leaves an image of its own, and all but the last of them lose their name."""
    services = {name: COMPOSE["services"][name] for name in started_by_compose()}

    assert [name for name, service in services.items() if "build" in service] == ["prepare"]
    assert {(service["image"], service["pull_policy"]) for service in services.values()} == {
        ("playhead:${PLAYHEAD_VERSION:-0.1.0}", "never")
    }
    assert [
        name for name in services if name != "prepare" and "prepare" not in services[name]["depends_on"]
    ] == []


def test_no_container_is_given_a_volume_that_has_no_name():
    """An image's own VOLUME becomes one wherever a part mounts nothing there, and it outlives the container."""
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()
    of_the_image = {
        path for line in re.findall(r"^VOLUME (.+)$", dockerfile, re.MULTILINE) for path in json.loads(line)
    }

    for name in started_by_compose():
        mounted = {volume.split(":")[1] for volume in COMPOSE["services"][name]["volumes"]}
        assert of_the_image <= mounted, name


def test_the_image_can_take_and_restore_backups():
    """Compose always has PostgreSQL, whose own programs do it."""
    assert " postgresql-client " in (ROOT / "docker" / "Dockerfile").read_text()


def test_every_part_is_one_that_the_starter_knows():
    unknown = subprocess.run(
        [ROOT / "docker" / "run", "unknown"], capture_output=True, text=True, check=False
    )
    known = set(re.findall(r"[a-z-]+", unknown.stderr.removeprefix("docker/run ")))

    assert unknown.returncode == 2
    assert {*started_by_supervisor(), "prepare"} < known


def test_every_variable_of_the_compose_file_is_explained():
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker" / "compose.yaml").read_text()))
    explained = set(
        re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs" / "install.md").read_text(), re.MULTILINE)
    )
    settings = set(
        re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    )

    assert used - settings - explained == set()


def test_containers_are_given_every_setting_that_an_operator_writes_down():
    written = [{"path": "../playhead.env", "required": False}]
    servers = started_by_compose().keys() - {"proxy"}

    assert {name: COMPOSE["services"][name].get("env_file") for name in servers} == dict.fromkeys(
        servers, written
    )


def test_the_proxy_which_faces_the_internet_is_given_no_secret_and_no_recording():
    proxy = COMPOSE["services"]["proxy"]

    assert proxy["env_file"] == []
    assert not any(re.search("SECRET|PASSWORD|DATABASE|EMAIL|TOKEN", name) for name in proxy["environment"])
    assert [volume for volume in proxy["volumes"] if volume.startswith("data:")] == []


def test_a_command_runs_in_a_container_of_its_own_where_no_server_does(tmp_path):
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "RUN_DIR": str(tmp_path / "run")}

    done = subprocess.run(
        ["docker/run", "manage", "restore", "--from", "/nowhere"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "/nowhere" in done.stderr


def test_what_parts_write_reaches_the_journal_of_systemd(tmp_path):
    """Its socket cannot be opened by a name, as supervisord opens its own output for each part."""
    starter = tmp_path / "docker" / "run"
    starter.parent.mkdir()
    shutil.copy(ROOT / "docker" / "run", starter)
    python, supervisord = tmp_path / ".venv" / "bin" / "python", tmp_path / "supervisord"
    program(python, "true")
    program(supervisord, "echo from a part >>/dev/fd/1")
    environment = {"PATH": "/usr/bin:/bin", "SUPERVISORD": str(supervisord)}
    journal, output = socket.socketpair()

    with journal:
        with output:
            done = subprocess.run(
                [starter, "all"], env=environment, stdout=output, stderr=output, timeout=60, check=False
            )
        with journal.makefile() as lines:
            assert (done.returncode, lines.read()) == (0, "from a part\n")


def program(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o700)


def test_commands_within_a_container_run_on_its_own_packages():
    """`docker compose exec web python manage.py …`, where nothing can be installed and docker/run is not asked."""
    question = "import django, manage; print(manage.needs_own_environment())"

    done = subprocess.run(
        ["/usr/bin/env", "python", "-c", question],
        env=environment_of_the_image(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("False\n", "")


def environment_of_the_image() -> dict[str, str]:
    """As its file sets it, with this checkout in place of /app."""
    before = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    lines = re.findall(r"^ENV (.+)$", (ROOT / "docker" / "Dockerfile").read_text(), re.MULTILINE)
    pairs = [pair.partition("=") for line in lines for pair in shlex.split(line)]
    own = {name: value.replace("$PATH", before["PATH"]) for name, _, value in pairs}
    return before | {name: value.replace("/app/", f"{ROOT}/") for name, value in own.items()}


def test_part_that_does_not_end_in_time_leaves_no_process_behind():
    """On the same port it would go on to answer, with the code and the connections of before."""
    programs = programs_of_supervisor()

    for part in ["web", "worker", "long-worker"]:
        assert programs[f"program:{part}"].getboolean("killasgroup"), part


def test_parts_that_hold_requests_are_given_the_time_to_finish_them():
    services = COMPOSE["services"]

    assert services["proxy"]["stop_signal"] == "SIGQUIT"
    assert services["web"]["stop_grace_period"] == "35s"


def test_every_part_is_given_as_long_to_end_wherever_it_runs():
    programs = programs_of_supervisor()
    nginx = (ROOT / "docker" / "proxy" / "nginx.conf").read_text()

    by_compose = {
        part: service["stop_grace_period"]
        for part, service in COMPOSE["services"].items()
        if "stop_grace_period" in service
    }
    by_supervisor = {
        part: programs[f"program:{part}"]["stopwaitsecs"] + "s"
        for part in started_by_supervisor()
        if "stopwaitsecs" in programs[f"program:{part}"]
    }

    assert by_supervisor == by_compose
    assert f"worker_shutdown_timeout {by_compose['proxy']};" in nginx


def test_systemd_gives_all_parts_the_time_to_end_one_after_the_other():
    """As supervisord ends them; else the last of them, the proxy, is killed while it holds uploads."""
    programs = programs_of_supervisor()
    sections = [programs[section] for section in programs.sections() if section.startswith("program:")]
    [given_s] = re.findall(
        r"^TimeoutStopSec=(\d+)$", (ROOT / "docs" / "install.md").read_text(), re.MULTILINE
    )

    assert sum(section.getint("stopwaitsecs", fallback=10) for section in sections) <= int(given_s)
