from tests.sending import agent

__all__ = ["agent"]
