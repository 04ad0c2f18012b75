"""The build: compiles the hot modules with mypyc where that can be done, and leaves them as they are elsewhere.

    KACAP_PURE=1            compile nothing
    KACAP_COMPILE=require   fail where nothing can be compiled, instead of going on without

setuptools runs this file, and pip imports it for its hooks (PEP 517): a wheel needs mypyc only where it is of use.
An editable install stays pure: what is compiled does not follow what is edited.
"""

import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree
from sysconfig import get_path
from tempfile import TemporaryDirectory
from typing import Any

from setuptools import Extension, build_meta, setup
from setuptools.build_meta import *  # noqa: F403 - the hooks that stay as they are
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.errors import BaseError, CCompilerError

from distutils.ccompiler import new_compiler  # isort: skip - setuptools' own, which importing setuptools puts in place
from distutils.sysconfig import customize_compiler  # isort: skip

HOT = (
    "kacap/analyzer.py",
    "kacap/capture/blocks.py",
    "kacap/capture/pcap.py",
    "kacap/capture/pcapng.py",
    "kacap/capture/reading.py",
    "kacap/capture/sifting.py",
    "kacap/capture/window.py",
    "kacap/http/*.py",
    "kacap/jobs/merge.py",
    "kacap/jobs/part.py",
    "kacap/jobs/plain.py",
    "kacap/jobs/rows.py",
    "kacap/keeping/*.py",
    "kacap/report/build.py",
    "kacap/report/finding.py",
    "kacap/report/fold.py",
    "kacap/report/shortfalls.py",
    "kacap/report/wireshark.py",
    "kacap/tcp/*.py",
    "kacap/verdict/*.py",
    "kacap/verdict/patterns/*.py",
    "kacap/verdict/rules/*.py",
    "kacap/wire/*.py",
)
"""What runs for every frame, exchange or connection; compiled as one, so that calls between them are C calls."""

COLD = (
    "kacap/verdict/rules/table.py",
    "kacap/wire/headers.py",
    "kacap/wire/links.py",
    "kacap/wire/slow.py",
    "kacap/wire/tunnels.py",
)
"""Among them, but run once, or for layers that few captures have."""

MYPYC = "mypy[mypyc]==2.4.*"
"""What it compiles runs with the librt of its time: goes with the bound of librt in pyproject.toml."""
MYPYC_OPTIONS = ("--config-file=", "--ignore-missing-imports")
"""Types are judged elsewhere; here only what is built with is installed."""
PREBUILT = ("aarch64", "amd64", "arm64", "x86_64")
"""Machines on which mypyc installs without a compiler for Rust."""

AS_ONE = "-flto=auto"
"""The option of GCC and Clang."""

PURE = os.environ.get("KACAP_PURE") == "1"
REQUIRED = os.environ.get("KACAP_COMPILE") == "require"


def why_pure() -> str | None:
    """Why nothing can be compiled here; None: it can."""
    if PURE:
        return "KACAP_PURE=1"
    if sys.implementation.name != "cpython":
        return f"mypyc does not compile for {sys.implementation.name}"
    if platform.machine().lower() not in PREBUILT:
        return f"mypyc is not ready-made for {platform.machine()}"
    return None if _has_compiler() else "no C compiler that finds Python.h"


def _has_compiler() -> bool:
    with TemporaryDirectory() as folder:
        probe = Path(folder, "probe.c")
        probe.write_text("#include <Python.h>\n", encoding="ascii")
        compiler = new_compiler()
        try:
            customize_compiler(compiler)
            compiler.compile([str(probe)], output_dir=folder, include_dirs=[get_path("include")])
        except (BaseError, CCompilerError, OSError):
            return False
    return True


def stay_pure(reason: str) -> None:
    """Say so in a line; SystemExit where a compiled core is required."""
    if REQUIRED:
        raise SystemExit(f"kacap: KACAP_COMPILE=require, but nothing is compiled: {reason}")
    print(f"kacap: pure Python, nothing is compiled: {reason}", file=sys.stderr)


def extensions() -> list[Extension]:
    """The hot modules as C; none where that cannot be done."""
    reason = why_pure()
    if reason is None:
        paths = {path.as_posix() for pattern in HOT for path in Path().glob(pattern) if path.name != "__init__.py"}
        try:
            from mypyc.build import mypycify

            words = [*MYPYC_OPTIONS, *sorted(paths.difference(COLD))]
            return list(mypycify(words, group_name="kacap", multi_file=True, opt_level="3", debug_level="0"))
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - whatever is wrong with mypyc, kacap runs without
            reason = f"mypyc failed: {problem!r}"
    stay_pure(reason)
    return []


class BuildPy(build_py):
    """Starts from nothing: what an earlier build compiled must not lie beside the modules of this one."""

    def run(self) -> None:
        """Empty the place where the wheel is put together, then fill it."""
        rmtree(self.build_lib, ignore_errors=True)
        super().run()


class BuildExt(build_ext):
    """All extensions or none: they make one group. Its files are compiled on all processors."""

    def run(self) -> None:
        """Compile; where that fails, take away what was made."""
        try:
            super().run()
        except (BaseError, CCompilerError):
            for made in self.get_outputs():
                Path(made).unlink(missing_ok=True)
            self.extensions = self.distribution.ext_modules = []
            stay_pure("the C compiler failed, and said why above")

    def build_extensions(self) -> None:
        """Compile each file of an extension by itself; a warning of a compiler that mypyc does not know is no error.

        What one file calls of another is nobody else's: called directly, and not by way of a table, it is quicker, and
        quicker still where the linker optimises all files as one.
        """
        compile_all = self.compiler.compile
        as_one = [AS_ONE] if self._links(AS_ONE) else []
        for extension in self.extensions if os.name == "posix" else ():
            extension.extra_compile_args += ["-Wno-error", "-fvisibility=hidden", *as_one]
            extension.extra_link_args += as_one

        def compile_each(sources: list[str], *args: Any, **kwargs: Any) -> list[str]:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                made = pool.map(lambda source: compile_all([source], *args, **kwargs), sources)
                return [path for paths in made for path in paths]

        self.compiler.compile = compile_each
        super().build_extensions()

    def _links(self, option: str) -> bool:
        """Whether compiler and linker know an option."""
        with TemporaryDirectory() as folder:
            probe = Path(folder, "probe.c")
            probe.write_text("int probe(void) { return 0; }\n", encoding="ascii")
            try:
                made = self.compiler.compile([str(probe)], output_dir=folder, extra_postargs=[option])
                self.compiler.link_shared_object(made, str(Path(folder, "probe.so")), extra_postargs=[option])
            except (BaseError, CCompilerError, OSError):
                return False
        return True


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """What a wheel needs beside setuptools: mypyc, where there is a C compiler for what it writes."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *([MYPYC] if why_pure() is None else [])]


if __name__ == "__main__":
    builds = not {"bdist_wheel", "build", "build_ext"}.isdisjoint(sys.argv)
    setup(ext_modules=extensions() if builds else [], cmdclass={"build_ext": BuildExt, "build_py": BuildPy})
