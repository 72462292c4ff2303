"""Which kind of audio a file is, by its first bytes: never by what the sender calls it."""

OTHER = ".bin"

CONTENT_TYPES = {
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".flac": "audio/flac",
    ".webm": "audio/webm",
}


def suffix_of(head: bytes) -> str:
    """The suffix that the file is kept under; ".bin" if it is no audio that browsers play."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return ".wav"
    if head[4:8] == b"ftyp":
        return ".m4a"
    for magic, suffix in _MAGICS.items():
        if head.startswith(magic):
            return suffix
    return OTHER


def content_type_of(suffix: str) -> str:
    return CONTENT_TYPES.get(suffix, "application/octet-stream")


_MAGICS = {
    b"OggS": ".ogg",
    b"fLaC": ".flac",
    b"ID3": ".mp3",
    b"\xff\xfb": ".mp3",
    b"\x1a\x45\xdf\xa3": ".webm",
}
