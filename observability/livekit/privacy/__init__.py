"""What a project permits to be stored, decided before the first write: docs/contract.md §1.3 and §13.

Redaction of free text is best effort and reads English only. It finds what has a shape (numbers, addresses,
keys, also spoken ones); names and places that people say stay. Call its result "redacted, best effort", never
"anonymised".
"""

from observability.livekit.privacy.permission import Permitted, Switches, asks_for_redaction, permitted
from observability.livekit.privacy.scrubbing import scrubbed

__all__ = ["Permitted", "Switches", "asks_for_redaction", "permitted", "scrubbed"]
