"""Numbers and addresses as people say them: "double five one two", "jane dot roe at example dot com"."""

import re

FEWEST_DIGITS = 7
"""A local telephone number. Shorter ones are prices, rooms, years."""
MOST_DIALLED = 15
"""E.164."""
FEWEST_SINGLE_DIGITS = 4
"""Nobody says four digits one by one unless they are a code."""

DIGITS = frozenset(
    {
        "zero",
        "oh",
        "o",
        "nought",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "niner",
    }
)
SOUNDS = ("thir", "fif", "six", "seven", "eigh", "nine")
TEENS = frozenset({"ten", "eleven", "twelve", "fourteen"} | {sound + "teen" for sound in SOUNDS})
TENS = frozenset({"twenty", "forty"} | {sound + "ty" for sound in SOUNDS})
ZEROS = {"hundred": 2, "thousand": 3}
REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}

WORD = re.compile(r"\w+")
COUNTS = "|".join(sorted({*DIGITS, *TEENS, *TENS, *ZEROS, *REPEATS}))
BETWEEN = r"[\s,.\u2013-]{1,4}+"
FILLER = r"(?:uh|um|er|erm|and|then|dash|hyphen|minus|space|plus|area|code|point|dot)\b"
COUNT = rf"(?:(?:{COUNTS})s?|\d{{1,16}}+)\b"
RUN = re.compile(
    rf"(?<!\w)(?:plus{BETWEEN})?{COUNT}(?:{BETWEEN}(?:{FILLER}{BETWEEN}){{0,2}}+{COUNT})++", re.IGNORECASE
)

CONNECTOR = r"(?:dot|point|underscore|under score|dash|hyphen|minus|plus)"
LABEL = r"[\w-]{1,63}+"
LOCAL = rf"(?:\w {{1,3}}+){{0,16}}{LABEL}(?: {{1,3}}{CONNECTOR} {{1,3}}{LABEL}|\.{LABEL}){{0,6}}"
TOP = r"(?:com|org|net|edu|gov|info|biz|io|co|ai|app|dev|me|ch|de|fr|it|es|nl|be|uk|ie|us|ca|au|nz|eu)\b"
DOMAIN = (
    rf"(?:{LABEL} {{1,3}}){{0,2}}{LABEL}(?: {{1,3}}(?:dash|hyphen|minus) {{1,3}}{LABEL}){{0,3}}"
    rf"(?:(?: {{1,3}}dot {{1,3}}{LABEL}){{1,4}}|(?:\.{LABEL}){{0,3}}\.{TOP})"
)
ADDRESS = re.compile(rf"(?<![\w']){LOCAL}(?: {{1,3}}at {{1,3}}|@){DOMAIN}", re.IGNORECASE)
SAYS_DOMAIN = re.compile(r"(?<!\w)at |(?<!\w)dot ", re.IGNORECASE)


def without_spoken_addresses(text: str) -> str:
    return ADDRESS.sub("[email]", text) if SAYS_DOMAIN.search(text) else text


def without_spoken_numbers(text: str) -> str:
    """Runs of spoken digits go; runs of written ones alone are left to whoever reads those."""
    return RUN.sub(_number, text)


def _number(match: re.Match[str]) -> str:
    words = [word.lower() for word in WORD.findall(match.group())]
    if all(word.isdecimal() for word in words):
        return match.group()
    digits = _digits_in(words)
    if digits >= FEWEST_DIGITS:
        return "[phone]" if digits <= MOST_DIALLED else "[number]"
    return "[number]" if _longest_single_run(words) >= FEWEST_SINGLE_DIGITS else match.group()


def _digits_in(words: list[str]) -> int:
    """How many digits the words are when dialled: two in "double five", "twenty five", "two thousand one"."""
    total = 0
    repeat = 1
    follows_tens = False
    for name in map(_singular, words):
        if name in REPEATS:
            repeat = REPEATS[name]
            continue
        total += 0 if follows_tens and name in DIGITS else _width(name) * repeat
        repeat, follows_tens = 1, name in TENS
    return total + ZEROS.get(_singular(words[-1]), 0)


def _width(name: str) -> int:
    if name.isdecimal():
        return len(name)
    return 2 if name in TEENS or name in TENS else int(name in DIGITS)


def _longest_single_run(words: list[str]) -> int:
    longest = run = 0
    repeat = 1
    for name in map(_singular, words):
        if name in REPEATS:
            repeat = REPEATS[name]
        elif name in DIGITS or (name.isdecimal() and len(name) == 1):
            run, repeat = run + repeat, 1
        elif name in TEENS or name in TENS or name in ZEROS or name.isdecimal():
            run = 0
        longest = max(longest, run)
    return longest


def _singular(word: str) -> str:
    return word if word in DIGITS else word.removesuffix("s")
