"""What redaction finds in free text, written and spoken, and what it leaves alone."""

import time

import pytest

from observability.livekit.privacy import scrubbed


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("Write to jane.roe+hotel@mail.example.co.uk, please.", "Write to [email], please."),
        ("It is jane dot roe at example dot com.", "It is [email]."),
        ("It is Jane underscore Roe at example hyphen hotel dot co dot uk", "It is [email]"),
        ("that's j a n e at g mail dot com, right", "that's [email], right"),
        ("+41 44 668 18 00", "[phone]"),
        ("call (555) 123-4567 or 555.123.4567 now", "call [phone] or [phone] now"),
        ("5551234567", "[phone]"),
        ("my number is 5 5 5, 1 2 3, 4 5 6 7", "my number is [phone]"),
        ("it's five five five one two three four", "it's [phone]"),
        ("double five triple one, uh, oh two three", "[phone]"),
        ("oh seven nine, four one two, three four five six", "[phone]"),
        ("plus four one, forty four, six six eight eighteen hundred", "[phone]"),
        ("one eight hundred five five five one two one two", "[phone]"),
        ("five five five 1234", "[phone]"),
        ("the code is one two three four", "the code is [number]"),
        ("card 4111 1111 1111 1111, valid to 12/26", "card [card], valid to 12/26"),
        ("card 4111 1111 1111 1111 12/26", "card [card]"),
        ("card 4111111111111111", "card [card]"),
        ("IBAN CH93 0076 2011 6238 5295 7 thanks", "IBAN [iban] thanks"),
        ("de89370400440532013000", "[iban]"),
        ("account 123456789012345678", "account [number]"),
        ("from 192.168.17.4 and 2001:db8::8a2e:370:7334.", "from [ip] and [ip]."),
        ("postgres://jane:hunter2@db.internal/prod?x=1 failed", "[url] failed"),
        ("key sk-proj-abcdefghijklmnop1234", "key [key]"),
        ("LIVEKIT_API_KEY APIabc123def456", "LIVEKIT_API_KEY [key]"),
        ("Authorization: Bearer abcdefghijklmnop.qrst", "Authorization: [key]"),
        ("password=hunter2&next=1", "password=[key]&next=1"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJkZXYifQ.abc-def", "[key]"),
        ("Zm9vYmFyQmF6cXV4MTIzNDU2Nzg5MGFiY2RlZg", "[key]"),
    ],
)
def test_what_has_a_shape_is_replaced_by_a_typed_placeholder(said: str, stored: str) -> None:
    assert scrubbed(said) == stored


@pytest.mark.parametrize(
    "said",
    [
        "A double room for 3 nights is 388.5 euros in total.",
        "Breakfast is served from half past six until ten in the restaurant.",
        "That is one thousand two hundred thirty four euros for two people.",
        "I arrive at three point five, or four, in twenty twenty six.",
        "started at 2026-11-22T08:34:03.834397440Z after 0.1346879005432129 s",
        "trace 550e8400-e29b-41d4-a716-446655440000 of AJ_745mxbSUA9SX",
        "AgentActivity mainTask: exiting at livekit.agents.voice",
        "std::vector at 08:34:03 on 12 people were in the house again",
        "",
    ],
)
def test_ordinary_talk_and_machine_values_stay_as_they_are(said: str) -> None:
    assert scrubbed(said) is said


ONE_LETTER_PIECES = list("a1(+- \n.@:\u00e9")
PIECES = "1_|a@|a.|a://|eyJ|\u00e9eyJ|five_|five,_|a_at_|a_dot_|x_at_y_z_|token=|AA11_|::|a:|1.1.1.1.|+1_|double_|uh_|A1a"


@pytest.mark.parametrize("piece", ONE_LETTER_PIECES + PIECES.replace("_", " ").split("|"))
def test_a_megabyte_of_anything_takes_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        began = time.process_time()
        scrubbed(text)
        return time.process_time() - began

    assert seconds(1_000_000) < max(40 * seconds(50_000), 1) + 3
