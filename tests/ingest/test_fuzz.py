"""Any bytes with any headers get one of the known statuses: never a 500, a redirect or HTML."""

import gzip
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.captured import captured
from tests.sending import Agent, logs, spans, token

KNOWN = {200, 400, 401, 403, 404, 405, 413, 415}
BROKE_OFF = b"The upload broke off; please repeat it."
"""With status 503, which otherwise tells of a fault of ours."""
PATHS = [
    "traces/otlp/v0",
    "logs/otlp/v0",
    "metrics/otlp/v0",
    "recordings/v0",
    "traces",
    "",
    "recordings/v0/x",
    "%00",
    "a%0d%0ab",
]
CONTENT_TYPES = [
    "application/x-protobuf",
    "application/json",
    "application/json; charset=utf-16",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "multipart/form-data; boundary=" + "y" * 300,
    "text/html",
    ";",
    "application/x-protobuf; \xff",
]
ENCODINGS = ["", "gzip", "identity", "br", "GZIP", "gzip, gzip", "\xe9"]
FORM = next(request for request in captured("node/1.9.0_no_logs") if request.signal == "recordings")
header_text = st.text(
    st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=60
)


@st.composite
def damaged(draw, body: bytes) -> bytes:
    """A good body with a piece cut out, doubled or overwritten."""
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, min(len(body), start + 200)))
    return body[:start] + draw(st.binary(max_size=50)) + body[end:]


bodies = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=300).map(gzip.compress),
    damaged(spans("llm_node", "tts_node")),
    damaged(logs("hello", "world")),
    damaged(spans("llm_node")).map(gzip.compress),
    damaged(gzip.compress(spans("llm_node"))),
    damaged(FORM.body[:20_000]),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda x: st.lists(x) | st.dictionaries(st.text(max_size=5), x),
    ).map(lambda tree: repr(tree).replace("'", '"').replace("None", "null").encode("utf-8", "surrogatepass")),
)


@settings(max_examples=400)
@given(
    path=st.sampled_from(PATHS),
    method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "HEAD", "OPTIONS", "BREW"]),
    body=bodies,
    content_type=st.sampled_from([*CONTENT_TYPES, FORM.content_type]),
    encoding=st.sampled_from(ENCODINGS),
    authorization=st.one_of(
        st.just(f"Bearer {token()}"), st.just(f"bearer  {token()} "), header_text, st.just("Bearer a.b.c")
    ),
    extra=st.dictionaries(
        st.sampled_from(["Accept", "Host", "User-Agent", "Expect", "X-Forwarded-Proto", "Cookie"]),
        header_text,
    ),
)
def test_any_upload_is_answered_with_a_known_status(
    agent, path, method, body, content_type, encoding, authorization, extra
):
    headers = {"User-Agent": "fuzz", **extra, "Authorization": authorization, "Content-Encoding": encoding}

    response = agent.client.generic(
        method, f"/p/acme/observability/{path}", body, content_type=content_type, headers=headers
    )

    assert response.status_code in KNOWN or BROKE_OFF in response.content
    assert response["Content-Type"] in {"application/x-protobuf", "application/json"}
    assert b"<html" not in response.content.lower()


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999", "1e3", "٣", "100", ""])
def test_content_length_that_lies_is_answered_with_a_known_status(agent, length):
    response = agent.client.generic(
        "POST",
        "/p/acme/observability/traces/otlp/v0",
        content_type="application/x-protobuf",
        headers={"Authorization": f"Bearer {token()}"},
        CONTENT_LENGTH=length,
        **{"wsgi.input": BytesIO(spans("llm_node"))},
    )

    assert response.status_code in KNOWN


def test_fuzzing_would_notice_a_fault(agent, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("observability.ingest.views.accept_telemetry", fail)

    assert Agent().send("traces", spans("llm_node")).status_code not in KNOWN
