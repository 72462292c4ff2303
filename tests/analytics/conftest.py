from tests.retention.conftest import agent, replay, talk

__all__ = ["agent", "replay", "talk"]
