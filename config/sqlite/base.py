"""Django's backend for SQLite, in which threads of one process wait for each other's transactions in memory.

SQLite's own way to wait for another writer is to sleep, longer each time, up to a tenth of a second: uploads that came
while the worker wrote a summary were answered up to 130 ms later. Other processes are waited for as SQLite does.
"""

import threading

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_turn = threading.Lock()
"""Held by the connection that is in a transaction: with transaction_mode IMMEDIATE each of them writes."""


class DatabaseWrapper(base.DatabaseWrapper):
    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        wait_s = self.settings_dict["OPTIONS"]["timeout"]
        if not _turn.acquire(timeout=wait_s):
            raise OperationalError(f"database is locked by another thread for {wait_s} s")
        self._has_turn = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not among the stubs
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

    def _pass_on(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _turn.release()
