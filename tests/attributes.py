"""What a class says of itself in either core."""


def attributes_of(kind: type) -> tuple[str, ...]:
    """The names of its attributes: a compiled class has no slots, and keeps them elsewhere."""
    names: tuple[str, ...] = getattr(kind, "__slots__", None) or vars(kind)["__mypyc_attrs__"]
    return tuple(names)
