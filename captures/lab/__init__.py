"""The lab: plays real clients against real servers and keeps what they said on the wire.

The rules of this room:

- One scenario is one file, `scenarios/NAME.toml`: what runs, and what a judge of the capture must find. The capture is
  `captures/NAME.pcap`. Expectations are written by hand and never by a recording; versions are written by a recording
  (`captures/recorded.json`) and never by hand; `captures/README.md` is generated from both.
- A scenario plays in a network namespace of its own, on its loopback interface. Nothing leaves the machine, no port can
  be taken, and nothing else gets into the capture, not even the lab itself: it learns from /proc, never by connecting.
- Programs come from PyPI, npm, PATH or Debian, in this order; what is fetched lies below `.lab/` and nowhere else. What
  is missing is said for each scenario that wants it.
- What cannot be recorded whole is not recorded: a lost frame, a wrong exit status or a file that grew too large leaves
  the old capture in place and makes the lab exit with 1.

    __main__   the command line             scenario   the files in scenarios/, read strictly
    record     one recording, from outside  stage      the same from inside the namespace
    install    programs and their versions  procfs     what /proc knows of sockets and processes
    pypi, npm, debian                       where programs come from
    folders    where they lie
    committed  what lies in captures/       expected   a report held against an expectation
    readme     captures/README.md           errors     why something was not recorded

`programs/` holds the small servers and clients that scenarios run. They are scripts: the lab never imports them.
"""
