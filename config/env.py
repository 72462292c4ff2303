"""Reads the environment. A bad value stops the start with a sentence that names the variable."""

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SWITCH_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def unset_if_empty(name: str) -> None:
    """For a library that reads it by itself, and takes an empty value, as Compose passes on, for one."""
    if not text(name):
        os.environ.pop(name, None)


def address(name: str, default: str = "") -> str:
    """Of the web, without a slash at its end."""
    value = text(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if value and not is_address:
        raise ImproperlyConfigured(
            f"{name} must begin with http:// or https:// and name a host, not {value!r}."
        )
    return value


def number(name: str, default: int, *, within: range | None = None) -> int:
    value = text(name)
    try:
        found = int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if within is not None and found not in within:
        raise ImproperlyConfigured(f"{name} must be from {within[0]} to {within[-1]}, not {found}.")
    return found


def share(name: str, default: float) -> float:
    """From none, 0, to all, 1."""
    value = text(name)
    try:
        found = float(value) if value else default
    except ValueError:
        found = -1
    if not 0 <= found <= 1:
        raise ImproperlyConfigured(f"{name} must be from 0 to 1, not {value!r}.")
    return found


def switch(name: str, default: bool) -> bool:
    value = text(name).lower()
    if value and value not in SWITCH_WORDS:
        raise ImproperlyConfigured(f"{name} must be on or off, not {value!r}.")
    return SWITCH_WORDS.get(value, default)


def choice(name: str, choices: list[str]) -> str:
    """One of these words; the first is the default."""
    value = text(name, choices[0]).lower()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Such as 10.0.0.0/8; an address alone is a network of one."""
    try:
        return [ip_network(word) for word in words(name)]
    except ValueError as fault:
        raise ImproperlyConfigured(f"{name} must be networks such as 10.0.0.0/8: {fault}.") from None


def left_by_last_start(file: Path) -> str:
    """What `manage.py up` wrote down, so that commands beside it speak of the same address."""
    return file.read_text().strip() if file.exists() else ""


def secret(name: str, *, kept_in: Path) -> str:
    """From `NAME`, from the file that `NAME_FILE` points to, or from a file of our own, made at first need."""
    if text(name):
        return text(name)
    named = text(f"{name}_FILE")
    file = Path(named) if named else kept_in
    if not file.exists():
        if named:
            raise ImproperlyConfigured(f"{name}_FILE points to {file}, which does not exist.")
        write_new_secret(file)
    kept = file.read_text().strip()
    if not kept:
        raise ImproperlyConfigured(f"{name} is to be read from {file}, which is empty.")
    return kept


def write_new_secret(file: Path) -> None:
    """Two processes may start at once; the first to link its file into place wins."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secrets.token_urlsafe(48))
        out.flush()
        os.fsync(
            out.fileno()
        )  # or a power cut leaves an empty file, and a new secret cannot read what the old one wrote
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
