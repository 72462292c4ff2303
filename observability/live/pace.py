"""How often a thing may be built anew."""

from dataclasses import dataclass

from observability.live.limits import BUILD_CREDIT_S, BUILD_SHARE, MAX_BUILD_PAUSE_S, MIN_FRAME_GAP_S


@dataclass(slots=True)
class Pace:
    """Bursts at ten a second while there is credit; on average a fifth of the time that building takes."""

    credit_s: float = BUILD_CREDIT_S
    at_s: float = 0.0
    last_s: float = -MIN_FRAME_GAP_S

    def pause_s(self, now_s: float) -> float:
        """How long to wait before the next one."""
        self.earn(now_s)
        debt_s = min(MAX_BUILD_PAUSE_S, max(0.0, -self.credit_s / BUILD_SHARE))
        return max(debt_s, self.last_s + MIN_FRAME_GAP_S - now_s, 0.0)

    def spend(self, began_s: float, cost_s: float) -> None:
        self.earn(began_s)
        self.last_s = began_s
        self.credit_s -= cost_s

    def earn(self, now_s: float) -> None:
        self.credit_s = min(BUILD_CREDIT_S, self.credit_s + max(0.0, now_s - self.at_s) * BUILD_SHARE)
        self.at_s = now_s
