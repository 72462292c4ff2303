"""The journal's few statements are run so, and so are those of reads."""

from config.statements import fetched, run

__all__ = ["fetched", "run"]
