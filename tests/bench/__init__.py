"""The bench: how fast kacap is and how much memory it takes, beside other tools that read the same capture.

The rules of this room:

- All tools are measured in one run, in turn, round after round; what counts is the ratio of two tools within a round,
  and of those ratios the median. Seconds alone say more about the hour than about the program.
- The whole command is measured, from its start to its exit, with the page cache warm.
- A workload is recorded from real programs over a veth between two network namespaces, and only whole: a frame that the
  kernel dropped, or that is larger than the wire allows, makes the recording fail.
- What was measured is kept raw (`results.json`); every number that is shown is computed from it when it is shown.
- No test of this room measures a time.

    __main__   the command line            workloads  what is recorded, and how fast kacap must be on it
    record     a workload, from outside    stage      the same from inside the namespaces
    tools      what is compared            run        one command: its time and its peak memory
    speed      rounds over all tools       memory     peaks for more and more connections
    synthetic  a capture made by number    results    what was measured, as a file
    ratios     median, lowest, highest     page       the tables, for the screen and for README.md
    machine    processor and kernel        folders    where captures lie
    errors     why something was not measured

What is recorded lies below `.bench/` and can be removed at any time.
"""
