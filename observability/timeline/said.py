"""What was said in a session, as words to find it by. Question and transcript are taken apart alike.

A word is a run of letters, digits and the marks that belong to them, in small letters; of scripts that put no blanks
between words, each character is one. The databases are handed finished words, so both find the same.
"""

import unicodedata
from collections.abc import Iterator

from observability.timeline.model import Timeline

WORDS_A_LINE = 400
"""Of what is longer the rest follows as a further line: PostgreSQL indexes 1 MB of a text at most."""
ROW_CHARS = 1_200
"""Of one row, if it is more than one line: PostgreSQL stores up to 2 KB beside the row's other columns."""
LINE_END = " \n "
WORD_CHARS = 64
"""What is longer is no word; PostgreSQL takes 2 KB of one."""
MAX_WORDS_ASKED = 64
"""Different ones, as in a long sentence. Each costs a look at the lines that hold those before it."""
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


def rows_said(timeline: Timeline) -> Iterator[str]:
    """The lines, as many together as one row takes."""
    row = ""
    for line in lines_said(timeline):
        if row and len(row) + len(line) > ROW_CHARS:
            yield row
            row = ""
        row += LINE_END * bool(row) + line
    if row:
        yield row


def words_in(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [word[:WORD_CHARS] for word in folded.translate(_LETTERS).split()]


def words_asked(text: str) -> list[str]:
    """Of a question; the beginning of another one of its words asks for nothing more."""
    words = dict.fromkeys(words_in(text))
    return [word for word in words if not any(begins(word, other) for other in words)]


def has_too_many_words(text: str) -> bool:
    return len(set(words_in(text))) > MAX_WORDS_ASKED


def begins(word: str, other: str) -> bool:
    return word != other and other.startswith(word)


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
