"""Numbers of the link and IP layers, and the words for what holds no TCP.

The words are a closed list: a hostile capture cannot make the table of skipped frames grow.
"""

from typing import Final

from kacap.wire.segment import Skipped

ETHERNET: Final = 1
RAW_IP: Final = frozenset({12, 14, 101, 228, 229})
PLAIN_LINKS: Final = {0: (4, 0), 108: (4, 0), ETHERNET: (14, 12), 113: (16, 14), 276: (20, 0)}
"""Bytes of the header, and where in it the ethertype stands; a header of 4 is an address family."""

IPV4: Final = 0x0800
IPV6: Final = 0x86DD
VLAN: Final = frozenset({0x8100, 0x88A8, 0x9100, 0x9200, 0x9300})
"""802.1Q, 802.1ad and the older numbers for the outer tag."""

FRAGMENTED: Final = 0x3FFF
"""Of the fragment field of IPv4: more fragments, or an offset."""
MAX_DATAGRAM_BYTES: Final = 65535

TCP: Final = 6
UDP: Final = 17
IP_IN_IP: Final = frozenset({4, 41})
ICMP: Final = frozenset({1, 58})
ROUTING: Final = 43
FRAGMENT: Final = 44
AUTHENTICATION: Final = 51
EXTENSIONS: Final = frozenset({0, ROUTING, AUTHENTICATION, 60, 135, 139, 140})
"""IPv6 extension headers with a length octet (RFC 8200, RFC 4302, RFC 6275, RFC 7401, RFC 5533)."""

DNS_PORT: Final = 53

LOOPBACK_FAMILIES: Final = frozenset({2, 10, 23, 24, 26, 28, 30})
"""AF_INET, and AF_INET6 of Linux, Windows, NetBSD and OpenBSD, Solaris, FreeBSD, Darwin."""
COOKED_LLC: Final = 4
"""In place of an ethertype in a Linux cooked header: 802.2 LLC follows (ETH_P_802_2)."""

ETHERTYPE_WORDS: Final = {
    0x0806: Skipped("arp"),
    0x8035: Skipped("rarp"),
    0x809B: Skipped("appletalk"),
    0x8137: Skipped("ipx"),
    0x8808: Skipped("ethernet-flow-control"),
    0x8809: Skipped("ethernet-slow-protocols"),
    0x8863: Skipped("pppoe-discovery"),
    0x888E: Skipped("eapol"),
    0x8892: Skipped("profinet"),
    0x88CC: Skipped("lldp"),
    0x88E5: Skipped("macsec"),
    0x88F7: Skipped("ptp"),
    0x8902: Skipped("cfm"),
    0x9000: Skipped("ethernet-loopback"),
}
OTHER_ETHERTYPE: Final = Skipped("other-ethertype")

IP_WORDS: Final = {
    1: Skipped("icmp"),
    2: Skipped("igmp"),
    UDP: Skipped("udp"),
    33: Skipped("dccp"),
    46: Skipped("rsvp"),
    50: Skipped("esp"),
    58: Skipped("icmpv6"),
    59: Skipped("ipv6-no-next-header"),
    88: Skipped("eigrp"),
    89: Skipped("ospf"),
    103: Skipped("pim"),
    108: Skipped("ipcomp"),
    112: Skipped("vrrp"),
    132: Skipped("sctp"),
    136: Skipped("udplite"),
}
OTHER_IP_PROTOCOL: Final = Skipped("other-ip-protocol")
OTHER_LOOPBACK_FAMILY: Final = Skipped("other-loopback-family")

LINK_HEADER_CUT: Final = Skipped("link-header-cut")
IP_HEADER_CUT: Final = Skipped("ip-header-cut")
BAD_IP_HEADER: Final = Skipped("bad-ip-header")
BAD_IP_FRAGMENT: Final = Skipped("bad-ip-fragment")
FRAGMENT_CUT: Final = Skipped("ip-fragment-cut")
TCP_HEADER_CUT: Final = Skipped("tcp-header-cut")
BAD_TCP_HEADER: Final = Skipped("bad-tcp-header")
UDP_HEADER_CUT: Final = Skipped("udp-header-cut")
TOO_DEEP: Final = Skipped("nested-too-deep")
