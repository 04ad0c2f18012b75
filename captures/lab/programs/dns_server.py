"""A DNS server on UDP port 53 that knows one name, shop.test, and one address of it, and takes 30 ms to say so."""

import struct
import time
from ipaddress import IPv4Address
from socketserver import BaseRequestHandler, UDPServer

NAME = b"\x04shop\x04test\x00"
ADDRESS = IPv4Address("127.0.0.1").packed
HEADER_BYTES = 12
A = 1
ANSWER, UNKNOWN_NAME = 0x8580, 0x8583
"""Flags of an authoritative answer, without error and with NXDOMAIN (RFC 1035 section 4.1.1)."""


class Answer(BaseRequestHandler):
    """One query with one question, as resolvers send it."""

    def handle(self) -> None:
        """Give the A record; all other types of the name have no data."""
        query, socket = self.request
        name = query[HEADER_BYTES : HEADER_BYTES + len(NAME)]
        question = query[HEADER_BYTES : HEADER_BYTES + len(NAME) + 4]  # without the records behind it, such as EDNS
        wants_address = name == NAME and question[-4:] == struct.pack(">HH", A, 1)
        record = b""
        if wants_address:
            time.sleep(0.03)
            record = struct.pack(">HHHIH", 0xC000 | HEADER_BYTES, A, 1, 60, len(ADDRESS)) + ADDRESS
        flags = ANSWER if name == NAME else UNKNOWN_NAME
        head = query[:2] + struct.pack(">HHHHH", flags, 1, int(wants_address), 0, 0)
        socket.sendto(head + question + record, self.client_address)


with UDPServer(("127.0.0.1", 53), Answer) as server:
    server.serve_forever()
