"""What the proxy answers when web cannot: the same bytes as web's own refusals."""

from pathlib import Path

import pytest

from observability.limits import RETRY_AFTER_S
from observability.otlp.answers import refusal

ANSWERS = Path(__file__).resolve().parents[2] / "docker" / "proxy"
ENCODINGS = [("binpb", "protobuf"), ("json", "json")]


@pytest.mark.parametrize(("ending", "encoding"), ENCODINGS)
def test_unavailable_asks_sdks_to_repeat_as_soon_as_web_itself_would(ending, encoding):
    body = (ANSWERS / f"unavailable.{ending}").read_bytes()

    assert body == refusal(
        14, "Playhead is starting; please repeat the upload.", encoding, retry_after_s=RETRY_AFTER_S
    )
    assert f"~^/answers/unavailable {RETRY_AFTER_S};" in (ANSWERS / "nginx.conf").read_text()


@pytest.mark.parametrize(("ending", "encoding"), ENCODINGS)
def test_too_large_asks_nobody_to_repeat(ending, encoding):
    body = (ANSWERS / f"too-large.{ending}").read_bytes()

    assert body == refusal(3, "The upload is larger than any limit; see docs/settings.md.", encoding)


@pytest.mark.parametrize("ending", ["binpb", "json"])
def test_refusal_that_web_words_has_no_byte_beside_it(ending):
    """Not even a line's end, which would not be protobuf."""
    body = (ANSWERS / f"refused.{ending}").read_bytes()

    assert body == b'<!--# include virtual="/refused_by_web" -->'
