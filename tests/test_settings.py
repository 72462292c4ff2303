import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import env

ROOT = Path(__file__).resolve().parents[1]
EXPORTERS_GIVE_UP_AFTER_S = 10


def run_with(variables: dict[str, str], code: str, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    """A process that has these variables and no others of ours."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-c", f"from django.conf import settings; {code}"]
    return subprocess.run(
        command, cwd=ROOT, env={**environment, **variables}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"DEBUG": "perhaps"}, "DEBUG must be on or off, not 'perhaps'."),
        (
            {"BASE_URL": "playhead.example.org"},
            "BASE_URL must begin with http:// or https:// and name a host",
        ),
        ({"BASE_URL": "https://"}, "BASE_URL must begin with http:// or https:// and name a host"),
        ({"BASE_URL": "http://here:port"}, "BASE_URL must begin with http:// or https:// and name a host"),
        (
            {"AWS_STORAGE_BUCKET_NAME": "talks", "AWS_S3_ENDPOINT_URL": "minio:9000"},
            "AWS_S3_ENDPOINT_URL must begin with http:// or https:// and name a host",
        ),
        ({"SIGN_UP": "perhaps"}, "SIGN_UP must be one of invited, open, off, not 'perhaps'."),
        ({"EMAIL_URL": "mail"}, "EMAIL_URL must begin with one of smtp, smtp+tls, smtps and name a host"),
        (
            {"OIDC_ISSUER": "https://id.example.org"},
            "OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET beside it.",
        ),
        ({"STAFF_ACCESS_MAX_MINUTES": "1441"}, "STAFF_ACCESS_MAX_MINUTES must be from 1 to 1440, not 1441."),
        (
            {"TRUSTED_PROXIES": "10.0.0.1/8"},
            "TRUSTED_PROXIES must be networks such as 10.0.0.0/8: 10.0.0.1/8",
        ),
        ({"TRUSTED_PROXIES": "proxy"}, "TRUSTED_PROXIES must be networks such as 10.0.0.0/8: 'proxy'"),
        ({"WEB_THREADS": "many"}, "WEB_THREADS must be a whole number, not 'many'."),
        (
            {"SECRET_KEY_FILE": "/nowhere/key"},
            "SECRET_KEY_FILE points to /nowhere/key, which does not exist.",
        ),
    ],
)
def test_bad_value_stops_the_start_with_a_sentence_that_names_the_variable(tmp_path, variables, complaint):
    done = run_with(variables, "settings.DEBUG", tmp_path)

    assert done.returncode == 1
    assert complaint in done.stderr


@pytest.mark.parametrize("command", [["check"], ["up"], ["purge"]])
def test_commands_end_with_that_sentence_alone(tmp_path, command):
    """A traceback hides it from who can mend it."""
    variables = {"DATA_DIR": str(tmp_path), "PLAYHEAD_IN_VENV": "1", "MAX_SESSION_RECORDS": "many"}

    done = manage(command, variables)

    assert (done.returncode, done.stderr) == (1, "MAX_SESSION_RECORDS must be a whole number, not 'many'.\n")
    assert "Traceback" in manage([*command, "--traceback"], variables).stderr


def test_commands_say_that_the_database_cannot_be_reached(tmp_path):
    nobody = {"DATABASE_URL": "postgres://playhead@127.0.0.1:1/playhead"}

    done = manage(["migrate"], {"DATA_DIR": str(tmp_path), "PLAYHEAD_IN_VENV": "1", **nobody})

    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be used: connection failed")
    assert "Traceback" not in done.stderr


def manage(command: list[str], variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_region_is_none(tmp_path):
    """As Compose passes on what nobody has set; the client of S3 would ask s3..amazonaws.com."""
    code = "import os; settings.DEBUG; print(os.environ.get('AWS_DEFAULT_REGION'))"
    bucket = {"AWS_STORAGE_BUCKET_NAME": "talks"}

    assert run_with({**bucket, "AWS_DEFAULT_REGION": ""}, code, tmp_path).stdout == "None\n"
    assert run_with({**bucket, "AWS_DEFAULT_REGION": "eu-west-1"}, code, tmp_path).stdout == "eu-west-1\n"


def test_without_a_variable_everything_is_under_the_data_folder(tmp_path):
    code = "print(settings.DATABASES['default']['NAME'], settings.MEDIA_ROOT, settings.SPOOL_DIR, settings.STATIC_ROOT)"

    places = run_with({}, code, tmp_path).stdout.split()

    assert len(places) == 4
    assert all(place.startswith(f"{tmp_path}/") for place in places)


def test_secrets_are_made_once_and_kept_from_others(tmp_path):
    code = "print(settings.SECRET_KEY, settings.SECRETS_KEY)"

    first, second = run_with({}, code, tmp_path).stdout, run_with({}, code, tmp_path).stdout

    assert first == second
    assert len(set(first.split())) == 2
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}


def test_secret_is_read_from_a_file_that_a_variable_points_to(tmp_path):
    (tmp_path / "secret").write_text("from a file\n")

    done = run_with({"SECRET_KEY_FILE": str(tmp_path / "secret")}, "print(settings.SECRET_KEY)", tmp_path)

    assert done.stdout == "from a file\n"


@pytest.mark.parametrize("text", ["", " \n"], ids=["empty", "blank"])
def test_secret_file_that_holds_nothing_stops_the_start(tmp_path, text):
    file = tmp_path / "secret"
    file.write_text(text)

    done = run_with({"SECRET_KEY_FILE": str(file)}, "settings.SECRET_KEY", tmp_path)

    assert done.returncode == 1
    assert f"SECRET_KEY is to be read from {file}, which is empty." in done.stderr


def test_own_secret_that_was_lost_is_not_made_anew_in_silence(tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "secrets-key").touch()

    done = run_with({}, "settings.SECRETS_KEY", tmp_path)

    assert f"SECRETS_KEY is to be read from {keys / 'secrets-key'}, which is empty." in done.stderr


def test_new_secret_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    steps = []
    fsync, link = os.fsync, os.link
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle)))
    monkeypatch.setattr(os, "link", lambda draft, file: (steps.append("link"), link(draft, file)))

    env.write_new_secret(tmp_path / "keys" / "secret-key")

    assert steps == ["fsync", "link"]
    assert len((tmp_path / "keys" / "secret-key").read_text()) == 64


def test_waiting_for_sqlite_ends_before_exporters_give_up(tmp_path):
    code = "print(settings.DATABASES['default']['OPTIONS']['timeout'])"

    assert int(run_with({}, code, tmp_path).stdout) * 2 <= EXPORTERS_GIVE_UP_AFTER_S


def test_variables_alone_choose_the_production_parts(tmp_path):
    variables = {
        "DATABASE_URL": "postgres://playhead@db/playhead",
        "REDIS_URL": "redis://cache/1",
        "AWS_STORAGE_BUCKET_NAME": "recordings",
    }
    code = (
        "print(settings.DATABASES['default']['ENGINE'], settings.CELERY_BROKER_URL,"
        " settings.CHANNEL_LAYERS['default']['BACKEND'], settings.STORAGES['default']['BACKEND'])"
    )

    assert run_with(variables, code, tmp_path).stdout.split() == [
        "django.db.backends.postgresql",
        "redis://cache/1",
        "channels_redis.pubsub.RedisPubSubChannelLayer",
        "storages.backends.s3.S3Storage",
    ]


@pytest.mark.parametrize(
    ("pooler", "expected"),
    [
        ({}, "5 False"),
        ({"DATABASE_POOLED": "on"}, "None True"),
        ({"DATABASE_POOLED": "on", "DATABASE_PREPARE": "on"}, "5 True"),
    ],
    ids=["none", "an old one", "one that knows prepared statements"],
)
def test_behind_a_pooler_nothing_is_left_to_a_connection_beyond_its_transaction(tmp_path, pooler, expected):
    variables = {"DATABASE_URL": "postgres://playhead@db/playhead", **pooler}
    code = (
        "database = settings.DATABASES['default'];"
        " print(database.get('OPTIONS', {}).get('prepare_threshold'), database['DISABLE_SERVER_SIDE_CURSORS'])"
    )

    assert run_with(variables, code, tmp_path).stdout.strip() == expected
