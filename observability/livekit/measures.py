"""Durations out of attributes, in milliseconds whatever the SDK wrote them in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from observability.livekit.sdk import Language
from observability.livekit.values import number
from observability.records import Value

DAY_MS = 86_400_000.0
"""Nothing that is measured inside a session lasts longer."""


@dataclass(slots=True)
class Measures:
    """Reads durations from one record and remembers the names of those that cannot be (negative, over a
    day)."""

    attributes: Mapping[str, Value]
    language: Language = ""
    impossible: list[str] = field(default_factory=list)

    def seconds(self, name: str, *, zero_is_unknown: bool = False) -> float | None:
        """A figure that all SDKs write in seconds."""
        return self._checked(name, 1e3, zero_is_unknown)

    def milliseconds(self, name: str) -> float | None:
        return self._checked(name, 1.0, zero_is_unknown=False)

    def native(self, name: str, *, zero_is_unknown: bool = False) -> float | None:
        """A figure in seconds from Python and in milliseconds from Node (docs/contract.md §15.6)."""
        return self._checked(name, 1.0 if self.language == "node" else 1e3, zero_is_unknown)

    def _checked(self, name: str, scale: float, zero_is_unknown: bool) -> float | None:
        given = number(self.attributes.get(name))
        if given is None or (given == 0 and zero_is_unknown):
            return None
        if given < 0 or given * scale > DAY_MS:
            self.impossible.append(name)
            return None
        return given * scale
