"""Any bytes are a form, or one of the documented exceptions; and nothing stays behind."""

from hypothesis import given, settings
from hypothesis import strategies as st

from observability.recordings.form import FormTooLarge, MalformedForm
from tests.recordings.uploads import (
    BOUNDARY,
    CONTENT_TYPE,
    upload,
)

BROKEN = settings(max_examples=150)


@BROKEN
@given(body=st.binary(max_size=500))
def test_any_bytes_are_a_form_or_malformed(read, tmp_path, body):
    try:
        with read(body):
            pass
    except (MalformedForm, FormTooLarge):
        pass

    assert list(tmp_path.iterdir()) == []


@BROKEN
@given(data=st.data())
def test_any_damage_to_a_form_is_borne(read, tmp_path, data):
    body = bytearray(upload())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
        if not body:
            break
    try:
        with read(bytes(body)) as form:
            assert form.header or form.chat_history or form.audio or form.problems
    except (MalformedForm, FormTooLarge):
        pass

    assert list(tmp_path.iterdir()) == []


@BROKEN
@given(
    headers=st.lists(st.text(st.characters(codec="latin-1"), max_size=60), max_size=4),
    content_type=st.text(max_size=60),
)
def test_any_headers_are_borne(read, headers, content_type):
    lines = b"".join(f"{line}\r\n".encode("latin-1") for line in headers)
    body = upload().replace(b"Content-Length", lines + b"Content-Length")
    for kind in (CONTENT_TYPE, content_type, f"multipart/form-data; boundary={BOUNDARY}; {content_type}"):
        try:
            with read(body, content_type=kind):
                pass
        except (MalformedForm, FormTooLarge):
            pass
