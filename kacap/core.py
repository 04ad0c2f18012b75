"""Which core runs: the modules that judge are the same, compiled or not.

Where compiled modules lie beside the pure ones, Python takes the compiled; with KACAP_PURE=1 it takes the pure.
"""

import os
import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import Literal

_HOT = "kacap.analyzer"
"""A module that is compiled when any is."""


class _SourcesOnly:
    """Finds the modules of kacap as sources, and nothing else."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        if path is None or not name.startswith("kacap."):
            return None
        for folder in path:
            spec = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name)
            if spec is not None:
                return spec
        return None


def choose_core() -> None:
    """Heed KACAP_PURE; to be called before any other module of kacap is imported."""
    if os.environ.get("KACAP_PURE") == "1":
        sys.meta_path.insert(0, _SourcesOnly)


def core() -> Literal["compiled", "pure"]:
    """The core that runs."""
    spec = find_spec(_HOT)
    return "compiled" if spec is not None and isinstance(spec.loader, ExtensionFileLoader) else "pure"
