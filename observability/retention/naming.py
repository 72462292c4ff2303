"""By which names every generation of the SDKs has sent who a caller is (docs/contract.md §14)."""

from collections.abc import Iterator
from dataclasses import dataclass

from observability.records import Record, Value

IDENTITY_NAMES = frozenset(
    (
        "participant_identity",
        "participant.identity",
        "participantidentity",
        "participant",
        "identity",
        "user_id",
    )
)
PHONE_NAMES = frozenset(
    ("sip.phonenumber", "sip.phone_number", "sip.from", "sip.callernumber", "phonenumber", "phone_number")
)
"""Without the `lk.` and `pii.` before them (docs/contract.md §14), in small letters."""
SIP_IDENTITY = "sip_"
"""What LiveKit's SIP service puts before a caller's number to make an identity of it."""
FEWEST_DIGITS = 5
"""A shorter number is no telephone's, and would be found in too much."""


@dataclass(frozen=True, slots=True)
class Caller:
    identity: str = ""
    phone: str = ""

    def is_named_by(self, name: str, value: str) -> bool:
        bare = bare_name(name)
        if bare in IDENTITY_NAMES:
            return value == self.identity or self._has_number(value)
        return bare in PHONE_NAMES and self._has_number(value)

    def _has_number(self, value: str) -> bool:
        digits = digits_of(self.phone)
        return len(digits) >= FEWEST_DIGITS and digits_of(value.removeprefix(SIP_IDENTITY)) == digits


def is_of(record: Record, caller: Caller) -> bool:
    return any(caller.is_named_by(name, value) for name, value in named_texts(record))


def named_texts(value: Value, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a record, however deep, with the name of what it is the value of."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from named_texts(below, str(key))
    elif isinstance(value, list):
        if len(value) == 2 and isinstance(value[0], str):
            yield from named_texts(value[1], value[0])
        for below in value:
            yield from named_texts(below, name)


def bare_name(name: str) -> str:
    return name.lower().removeprefix("lk.").removeprefix("pii.")


def digits_of(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


def known_by(record: Record) -> Iterator[str]:
    """Every identity and, by its digits, every number in it: what `Caller` would find it by."""
    for name, value in named_texts(record):
        bare = bare_name(name)
        if bare in IDENTITY_NAMES:
            yield value
        if bare in IDENTITY_NAMES | PHONE_NAMES:
            digits = digits_of(value.removeprefix(SIP_IDENTITY))
            if len(digits) >= FEWEST_DIGITS:
                yield digits
