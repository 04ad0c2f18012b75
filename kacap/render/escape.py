"""The one gate between hostile text and a terminal."""

ELLIPSIS = "…"

_INVISIBLE = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),  # letters and joiners that draw nothing
            *range(0x180B, 0x1810),  # Mongolian variation selectors
            *range(0xFE00, 0xFE10),  # variation selectors
            *range(0xE0100, 0xE01F0),
        ),
    )
)
"""What `str.isprintable` lets through although nobody can see it."""


def safe(text: str, limit: int = 4096) -> str:
    """`text` on one line, at most `limit` characters, with all that could move a cursor or deceive an eye made visible.

    `str.isprintable` refuses controls, bidi marks, zero-width and private characters, surrogates, line separators and
    every space but the plain one; those appear as `\\x1b`, `\\u202e` or `\\U000e0001`. What is cut off ends in `…`.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    pieces: list[str] = []
    used = 0
    for character in text[: limit + 1]:
        piece = character if _is_visible(character) else _escaped(ord(character))
        pieces.append(piece)
        used += len(piece)
    if used <= limit:
        return "".join(pieces)
    while pieces and used > limit - len(ELLIPSIS):
        used -= len(pieces.pop())
    return "".join(pieces) + ELLIPSIS


def _is_visible(character: str) -> bool:
    return character.isprintable() and character not in _INVISIBLE


def _escaped(code: int) -> str:
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
