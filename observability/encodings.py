"""In which encodings an answer may come (RFC 9110 §12.5.3). Pure."""

import re

_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*", re.IGNORECASE)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the header names it, and not with a quality of nothing."""
    for each in accept_encoding.split(","):
        name, *parameters = each.split(";")
        if name.strip().lower() == "gzip":
            return not any(_REFUSED.fullmatch(parameter) for parameter in parameters)
    return False
