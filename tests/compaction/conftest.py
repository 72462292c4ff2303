from tests.recordings.conftest import no_sweeper
from tests.retention.conftest import agent, replay, talk

__all__ = ["agent", "no_sweeper", "replay", "talk"]
