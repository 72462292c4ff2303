"""How long words take to say, syllable by syllable: the one clock of transcript, spans and sound."""

import re
from dataclasses import dataclass

WORD_GAP_MS = 18
PAUSES_MS = {",": 190, ".": 360, "!": 330, "?": 360}
SMALL_WORDS = (
    "a an and are at be by can do for have i in is it me my of on or so that the then to us we you your"
)
UNSTRESSED = frozenset(SMALL_WORDS.split())
HISSING = "sfzxhctkpqvj"

_ONSET_AND_VOWEL = re.compile(r"([^aeiouy]*)([aeiouy]+)")


@dataclass(frozen=True, slots=True)
class Syllable:
    start_ms: int
    length_ms: int
    vowel: str
    hiss: float
    """0 none … 1 a full s, before the vowel."""
    stress: float
    word: int


@dataclass(frozen=True, slots=True)
class Speech:
    text: str
    syllables: tuple[Syllable, ...]
    length_ms: int

    def heard_until(self, position_ms: int) -> str:
        """The words that were said completely before the position."""
        begun = {one.word for one in self.syllables if one.start_ms + one.length_ms > position_ms}
        words = self.text.split()
        return " ".join(words[: min(begun, default=len(words))])


def spoken(text: str, *, syllable_ms: int) -> Speech:
    syllables: list[Syllable] = []
    at_ms = 0
    for index, word in enumerate(text.split()):
        pause_ms = PAUSES_MS.get(word[-1], WORD_GAP_MS)
        for syllable in _syllables_of(word, index, at_ms, syllable_ms, is_last=pause_ms > WORD_GAP_MS):
            syllables.append(syllable)
            at_ms = syllable.start_ms + syllable.length_ms
        at_ms += pause_ms
    return Speech(text, tuple(syllables), syllables[-1].start_ms + syllables[-1].length_ms)


def _syllables_of(word: str, index: int, at_ms: int, syllable_ms: int, *, is_last: bool) -> list[Syllable]:
    letters = "".join(filter(str.isalpha, word.lower()))
    parts = _parts_of(letters)
    syllables = []
    for place, (onset, vowel) in enumerate(parts):
        stress = 0.35 if letters in UNSTRESSED else 1.0 if place == 0 else 0.6
        drawl = 1.3 if is_last and place == len(parts) - 1 else 1.0
        length_ms = round(syllable_ms * (0.66 + 0.08 * len(onset) + 0.06 * len(vowel) + 0.2 * stress) * drawl)
        hiss = min(1.0, 0.45 * sum(onset.count(letter) for letter in HISSING))
        syllables.append(Syllable(at_ms, length_ms, vowel[0], hiss, stress, index))
        at_ms += length_ms
    return syllables


def _parts_of(letters: str) -> list[tuple[str, str]]:
    parts = _ONSET_AND_VOWEL.findall(letters) or [(letters, "e")]
    if len(parts) > 1 and letters.endswith("e") and not letters.endswith("le"):
        return parts[:-1]
    return parts
