"""Addresses, keys and numbers in free text, written or spoken, become typed placeholders such as "[phone]".

Best effort, English. Patterns take linear time: repetitions are possessive or bounded, and none starts in
the middle of what it has already read.
"""

import ipaddress
import re
from collections.abc import Callable

from observability.livekit.privacy.spoken import (
    FEWEST_DIGITS,
    MOST_DIALLED,
    without_spoken_addresses,
    without_spoken_numbers,
)

URL_WITH_CREDENTIALS = re.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*+://[^\s/?#@]*+@[^\s\"'<>]*+", re.IGNORECASE
)

KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]*+"
    r"|(?<![\w-])(?:"
    r"eyJ[\w-]++\.[\w-]++(?:\.[\w-]++)?"
    r"|(?:sk|pk|rk|gsk|hf|npm|gh[opsur]|github_pat|xox[abeprs]|glpat|whsec|dckr_pat)[_-][\w-]{12,}+"
    r"|(?:AKIA|ASIA)[0-9A-Z]{12,}+|AIza[\w-]{30,}+|ya29\.[\w-]{10,}+|SG\.[\w-]{10,}+\.[\w-]++"
    r"|API(?=[A-Za-z]{0,12}[0-9])[A-Za-z0-9]{10,}+"
    r"|[Bb]earer\s{1,3}[\w.~+/-]{12,}+)"
)
"""Vendors' prefixes, JSON web tokens and LiveKit API keys."""

LONG_TOKEN = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{32,}+")

NAMED_SECRET = re.compile(
    r"((?:api[ _-]?key|secret|token|passw(?:or)?d|passphrase|authorization)"
    r"[\"']?\s*+[:=]\s*+[\"']?(?:basic )?)"
    r"(?!\[)[^\s\"',;&]{4,}+",
    re.IGNORECASE,
)

EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]++@[\w-]++(?:\.[\w-]++)*+")
IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f]*+:)[0-9A-Fa-f:]++(?!\w)")

SHORTEST_IPV6 = 6
"""Shorter ones are `::1` or somebody's punctuation."""

IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}")
IBAN_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        "([A-Z]{2})([0-9]{2})",
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22"
        "GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21MC27MD24ME22MK19MR27MT31"
        "MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20",
    )
}

CARD_LENGTHS = frozenset(range(13, 20))

BETWEEN_DIGITS = r"[ \t\u00a0\u202f().,/\u2010-\u2015-]{0,3}+"
NUMBER = re.compile(
    r"(?P<kept>\b(?:19|20)\d\d-[01]\d-[0-3]\d"
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d++)?)?(?:Z|[+-]\d\d:?\d\d(?!\d))?)?(?![\d-])"
    r"|\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"
    r"|(?<![\d.])(?:0\.\d++|\d{1,6}\.\d{11,}+)(?![.-]))"
    rf"|(?:\+\s?)?\(?\d(?:{BETWEEN_DIGITS}\d)*+"
)
"""Times, UUIDs and measured decimals are read first and stay; then digits and what people put between."""


def scrubbed(text: str) -> str:
    """The text with typed placeholders, or the same object if there was nothing to hide."""
    result = text
    for step in STEPS:
        result = step(result)
    return text if result == text else result


def _without_keys(text: str) -> str:
    text = URL_WITH_CREDENTIALS.sub("[url]", text) if "://" in text else text
    return LONG_TOKEN.sub(_long_token, NAMED_SECRET.sub(r"\1[key]", KEY.sub("[key]", text)))


def _without_emails(text: str) -> str:
    return EMAIL.sub("[email]", text) if "@" in text else text


def _without_ips(text: str) -> str:
    text = IPV4.sub("[ip]", text) if "." in text else text
    return IPV6.sub(_ip, text) if ":" in text else text


def _without_ibans(text: str) -> str:
    return IBAN.sub(_iban, text)


def _without_numbers(text: str) -> str:
    return NUMBER.sub(_number, text)


STEPS: tuple[Callable[[str], str], ...] = (
    _without_keys,
    without_spoken_addresses,
    _without_emails,
    _without_ips,
    _without_ibans,
    without_spoken_numbers,
    _without_numbers,
)
"""What may hold others comes first: an address holds digits, a key holds anything."""


def _long_token(match: re.Match[str]) -> str:
    """Random secrets mix cases and digits; module paths, hexadecimal ids and UUIDs do not."""
    token = match.group()
    mixed = any(map(str.isupper, token)) and any(map(str.islower, token)) and any(map(str.isdigit, token))
    return "[key]" if mixed else token


def _ip(match: re.Match[str]) -> str:
    written = match.group()
    address = written if written.endswith("::") else written.rstrip(":")
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return written
    return "[ip]" + written[len(address) :] if len(address) >= SHORTEST_IPV6 else written


def _iban(match: re.Match[str]) -> str:
    """As many characters as the country's accounts have, if they pass the check; the rest was only read."""
    written = match.group()
    places = [place for place, character in enumerate(written) if character.isalnum()]
    length = IBAN_LENGTHS.get("".join(written[place] for place in places[:2]).upper(), 0)
    if not 0 < length <= len(places):
        return written
    code = "".join(written[place] for place in places[:length])
    number = "".join(str(int(character, 36)) for character in code[4:] + code[:4])
    return "[iban]" + written[places[length - 1] + 1 :] if int(number) % 97 == 1 else written


def _number(match: re.Match[str]) -> str:
    written = match.group()
    if match.group("kept") is not None:
        return written
    digits = [int(character) for character in written if character.isdecimal()]
    if len(digits) < FEWEST_DIGITS:
        return written
    if _is_card(digits):
        return "[card]"
    looks_dialled = len(digits) <= MOST_DIALLED and (not written.isdecimal() or len(digits) in (7, 10, 11))
    return "[phone]" if looks_dialled else "[number]"


def _is_card(digits: list[int]) -> bool:
    """Also a card's number with an expiry date behind it."""
    lengths = {len(digits), 16} & CARD_LENGTHS
    return any(length <= len(digits) and _luhn(digits[:length]) for length in lengths)


def _luhn(digits: list[int]) -> bool:
    doubled = (sum(divmod(digit * 2, 10)) for digit in digits[-2::-2])
    return any(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
