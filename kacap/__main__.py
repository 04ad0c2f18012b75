"""`python -m kacap` is the `kacap` command."""

from kacap.cli import main

main()
