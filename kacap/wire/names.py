"""Names that people know for the numbers in a capture. Called once per connection or source, never per frame."""

from ipaddress import IPv6Address, ip_address

_LINK_TYPES = {
    0: "NULL",
    1: "EN10MB",
    6: "IEEE802",
    7: "ARCNET",
    8: "SLIP",
    9: "PPP",
    10: "FDDI",
    12: "RAW",
    14: "RAW",
    50: "PPP_SERIAL",
    51: "PPP_ETHER",
    100: "ATM_RFC1483",
    101: "RAW",
    104: "C_HDLC",
    105: "IEEE802_11",
    107: "FRELAY",
    108: "LOOP",
    109: "ENC",
    113: "LINUX_SLL",
    117: "PFLOG",
    119: "PRISM_HEADER",
    122: "IP_OVER_FC",
    123: "SUNATM",
    127: "IEEE802_11_RADIO",
    129: "ARCNET_LINUX",
    163: "IEEE802_11_RADIO_AVS",
    165: "BACNET_MS_TP",
    187: "BLUETOOTH_HCI_H4",
    189: "USB_LINUX",
    192: "PPI",
    195: "IEEE802_15_4_WITHFCS",
    220: "USB_LINUX_MMAPPED",
    228: "IPV4",
    229: "IPV6",
    239: "NFLOG",
    240: "NETANALYZER",
    249: "USBPCAP",
    253: "NETLINK",
    258: "PKTAP",
    276: "LINUX_SLL2",
}


def link_type_name(link_type: int) -> str:
    """The name without its `LINKTYPE_`, as the tcpdump registry and libpcap have it; `LINKTYPE_<n>` if unknown."""
    return _LINK_TYPES.get(link_type, f"LINKTYPE_{link_type}")


def address_text(address: bytes) -> str:
    """Text of 4 or 16 bytes in network order; IPv6 as RFC 5952 wants it, mapped IPv4 too (its section 5).

    Raises ValueError on any other length.
    """
    parsed = ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(parsed) if mapped is None else f"::ffff:{mapped}"


def endpoint_text(address: bytes, port: int) -> str:
    """`192.0.2.1:80` or `[2001:db8::1]:80`."""
    text = address_text(address)
    return f"[{text}]:{port}" if len(address) == 16 else f"{text}:{port}"
