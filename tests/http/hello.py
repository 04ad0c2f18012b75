"""TLS client hellos by hand: RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 7301 section 3.1."""


def vector(width: int, *parts: bytes) -> bytes:
    """The parts behind their length, which takes `width` bytes."""
    content = b"".join(parts)
    return len(content).to_bytes(width, "big") + content


def extension(kind: int, content: bytes) -> bytes:
    """One extension."""
    return kind.to_bytes(2, "big") + vector(2, content)


def server_name(name: bytes) -> bytes:
    """The extension with the host's name."""
    return extension(0, vector(2, b"\x00", vector(2, name)))


def protocols(*names: bytes) -> bytes:
    """The extension with the application protocols."""
    return extension(16, vector(2, *(vector(1, name) for name in names)))


def client_hello(*extensions: bytes, session_id: bytes = b"s" * 32) -> bytes:
    """A whole record."""
    body = b"\x03\x03" + bytes(32) + vector(1, session_id) + vector(2, b"\x13\x01\x13\x02") + vector(1, b"\x00")
    handshake = b"\x01" + vector(3, body, vector(2, *extensions))
    return b"\x16\x03\x01" + vector(2, handshake)
