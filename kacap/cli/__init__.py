"""Words → calls. Rules of this room:

- a command is a file: it reads the words, calls the rooms, and shows what they return; it computes nothing;
- the report goes to standard output, progress and diagnostics to standard error;
- what a command needs is imported when it runs, so that `--help` costs little more than typer itself;
- exit codes: 0 done, 2 bad usage or bad input, 130 interrupted. What a user can mend is one line, never a traceback.
"""


def main() -> None:
    """The `kacap` command."""
    from kacap.cli.app import app  # noqa: PLC0415 - importing this package stays free

    app(prog_name="kacap")
