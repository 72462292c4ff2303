from tests.recordings.conftest import no_sweeper
from tests.retention.conftest import agent, replay, server, talk, use_bucket

__all__ = ["agent", "no_sweeper", "replay", "server", "talk", "use_bucket"]
