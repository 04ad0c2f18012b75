"""What shows only over many connections, worked out once for all rules that ask: of a pair, a server, or a capture.

    habits, defaults   idle timers, and the values that stacks come with
    limits             requests on one connection
    pools, kept        what a client or a proxy throws away, and what it keeps
    spare, left        connections that could have been used, and were not
    retries            requests without an answer, and where they were sent again
    departures         connections of one server that end together
    answers            what one server says of its connections, over all its clients
    probes, fallbacks  what is no waste: health probes, and attempts over the other version of IP
    spread             one name at many addresses
    hops, nesting      the same request on both sides of a proxy

A pattern knows facts and occupancy, never a rule. All is near-linear in the connections and kept only for the report.
"""
