"""Why an import is refused. `str()` is what people read: what is wrong, and what they can do."""


class ImportRefused(Exception):
    """Nothing of what it is raised for has been kept."""


class Unreadable(ImportRefused):
    """It is none of the things that can be imported, or damaged."""


class TooMuch(ImportRefused):
    """It exceeds a limit; the message names it."""


class NotHere(ImportRefused):
    """This project takes it not now: it was deleted here, nothing is recorded, or the quota is used up."""


class NotNow(ImportRefused):
    """What it needs is away or busy, and will come back."""
