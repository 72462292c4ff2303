"""What docs/retention.md promises of a session, told again in a few lines that share nothing with the product.

Time is whole days. An oracle is told what happens to one job's session, and says what must then be so.
"""

from dataclasses import dataclass, field

TOMBSTONE_DAYS = 40


@dataclass
class Job:
    """One job's session: none, within reach, out of reach, or erased."""

    is_here: bool = False
    expires: int = 0
    """The day on which it is out of reach."""
    is_deleted: bool = False
    parts: set[int] = field(default_factory=set)
    has_audio: bool = False
    buried_until: int = 0

    def is_reachable(self, today: int) -> bool:
        return self.is_here and not self.is_deleted and today < self.expires

    def is_due(self, today: int) -> bool:
        return self.is_here and not self.is_reachable(today)

    def is_buried(self, today: int) -> bool:
        return today < self.buried_until

    def receives(self, today: int, plan_days: int) -> bool:
        """Whether what comes now is kept."""
        if self.is_here:
            return self.is_reachable(today)
        if self.is_buried(today):
            return False
        self.is_here, self.is_deleted, self.has_audio = True, False, False
        self.parts, self.expires = set(), today + plan_days
        return True

    def is_deleted_by_a_person(self, today: int) -> None:
        if self.is_reachable(today):
            self.is_deleted = True
            self.buried_until = today + TOMBSTONE_DAYS

    def is_erased(self, today: int) -> None:
        self.is_here = False
        self.buried_until = today + TOMBSTONE_DAYS
