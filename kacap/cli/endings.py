"""How a command ends: with an exit code and at most one line, never with a traceback that the user cannot use."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from kacap.errors import KacapError
from kacap.render.escape import safe

BAD_INPUT = 2
INTERRUPTED = 130


@contextmanager
def ending_well() -> Iterator[None]:
    """Turns what ends a command early into its exit code."""
    try:
        yield
        sys.stdout.flush()
    except KacapError as error:
        typer.echo(f"kacap: {safe(str(error), 1000)}", err=True)
        raise typer.Exit(error.exit_code) from None
    except BrokenPipeError:
        # The reader of our output (`| head`) has seen enough: that is success.
        _discard_output()
    except OSError as error:
        # The rooms turn what happens to input into a KacapError: this one is about output, e.g. a full disk.
        _discard_output()
        typer.echo(f"kacap: cannot write the report: {safe(error.strerror or str(error))}", err=True)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _discard_output() -> None:
    """So that the flush when Python ends does not fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
