"""Django's backend for SQLite, in which threads of one process wait in memory for each other's writes.

SQLite's own way to wait for another writer is to sleep, longer each time, up to a tenth of a second: uploads that came
while the worker wrote a summary were answered up to 130 ms later. Other processes are waited for as SQLite does, within
the same time.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_turn = threading.Lock()
"""Held by the connection that is in a transaction: with transaction_mode IMMEDIATE each of them writes. Whoever writes
without one takes it as well, since SQLite's waiting hardly finds a gap between those who pass it on."""
EMPTIES_THE_LOG = "PRAGMA WAL_CHECKPOINT"
"""Finds no gap between writes otherwise. It waits for readers as long as it was told, and no longer."""
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", EMPTIES_THE_LOG)
GIVES_ROOM_BACK = "PRAGMA auto_vacuum=INCREMENTAL"
"""Whether its free pages may be given back is fixed with a database's first page, or by VACUUM."""
AT_ONCE_S = 0.1
"""Who has waited no longer for the turn may wait for other processes as long as ever."""


class DatabaseWrapper(base.DatabaseWrapper):
    init_commands: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_turn = False
        self.execute_wrappers.append(self._in_turn)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if is_new(Path(conn_params["database"])):
            self.init_commands = [GIVES_ROOM_BACK, *self.init_commands]
        return super().get_new_connection(conn_params)

    def _in_turn(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Of every statement. One that returns something, as Django's `create` does, ends only when that is fetched."""
        words = sql.lstrip()[: len(EMPTIES_THE_LOG)].upper()
        if self._has_turn or not words.startswith(WRITES):
            return execute(sql, params, many, context)
        waited_s = self._take_turn()
        try:
            if words == EMPTIES_THE_LOG:
                return execute(sql, params, many, context)
            return self._within(waited_s, lambda: execute(sql, params, many, context))
        finally:
            self._pass_on()

    def _start_transaction_under_autocommit(self) -> None:
        waited_s = self._take_turn()
        try:
            self._within(waited_s, super()._start_transaction_under_autocommit)  # type: ignore[misc]
        except BaseException:
            self._pass_on()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # not among the stubs
        finally:
            self._pass_on()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # not among the stubs
        finally:
            self._pass_on()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # not among the stubs
        finally:
            self._pass_on()

    @property
    def _wait_s(self) -> float:
        return float(self.settings_dict["OPTIONS"]["timeout"])

    def _take_turn(self) -> float:
        """Returns how long that took, in seconds."""
        began_s = time.monotonic()
        if not _turn.acquire(timeout=self._wait_s):
            raise OperationalError(f"database is locked by another thread for {self._wait_s} s")
        self._has_turn = True
        return time.monotonic() - began_s

    def _pass_on(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _turn.release()

    def _within(self, waited_s: float, do: Callable[[], Any]) -> Any:
        """What is left of the time is for other processes."""
        if waited_s < AT_ONCE_S:
            return do()
        self._be_patient(max(self._wait_s - waited_s, 0))
        try:
            return do()
        finally:
            self._be_patient(self._wait_s)

    def _be_patient(self, wait_s: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {round(wait_s * 1000)}")


def is_new(database: Path) -> bool:
    """To say it again would be a write, for which each connection of an old one would wait."""
    return not database.exists() or not database.stat().st_size
