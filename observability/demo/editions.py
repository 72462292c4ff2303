"""Which demo sessions there are. Apart from what makes them, which needs a decoder and is costly to have in memory."""

from observability.demo.front_desk import FRONT_DESK
from observability.demo.parcel_line import PARCEL_LINE

ENDED_BEFORE_S = ((PARCEL_LINE, 25 * 60), (FRONT_DESK, 3 * 60))
SEEDED = "demo.seeded"
"""In the audit trail, and so remembered when the session itself is long gone."""
