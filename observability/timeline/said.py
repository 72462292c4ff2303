"""What was said in a session, as words to find it by. Question and transcript are taken apart alike.

A word is a run of letters, digits and the marks that belong to them, in small letters; of scripts that put no blanks
between words, each character is one. The databases are handed finished words, so both find the same.
"""

import unicodedata
from collections.abc import Iterator

from observability.timeline.model import Timeline

WORDS_A_LINE = 400
"""Of what is longer the rest follows as a further line: PostgreSQL indexes 1 MB of a text at most."""
WORD_CHARS = 64
"""What is longer is no word; PostgreSQL takes 2 KB of one."""
SPEAKERS = frozenset({"user", "assistant"})
WITHOUT_BLANKS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""What the Unicode names of their characters begin with."""
LAST_COMMON = 0xFFFF


def lines_said(timeline: Timeline) -> Iterator[str]:
    """Each line of user and agent, its words with one blank between two. What the agent is told to do is not said."""
    for item in timeline.transcript:
        if item.type == "message" and item.role in SPEAKERS:
            words = words_in(item.text)
            for at in range(0, len(words), WORDS_A_LINE):
                yield " ".join(words[at : at + WORDS_A_LINE])


def words_in(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [word[:WORD_CHARS] for word in folded.translate(_LETTERS).split()]


class _Letters(dict[int, str]):
    """What each character becomes, found out when it is met; remembered for those that are met often."""

    def __missing__(self, point: int) -> str:
        became = letter_or_blank(chr(point))
        if point <= LAST_COMMON:
            self[point] = became
        return became


def letter_or_blank(character: str) -> str:
    if not (character.isalnum() or unicodedata.category(character).startswith("M")):
        return " "
    stands_alone = unicodedata.name(character, "").startswith(WITHOUT_BLANKS)
    return f" {character} " if stands_alone else character


_LETTERS = _Letters()
