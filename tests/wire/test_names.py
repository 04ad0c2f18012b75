"""Names of link types, addresses and endpoints."""

import pytest

from kacap.wire.names import address_text, endpoint_text, link_type_name


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "NULL"),
        (1, "EN10MB"),
        (9, "PPP"),
        (12, "RAW"),
        (14, "RAW"),
        (101, "RAW"),
        (104, "C_HDLC"),
        (108, "LOOP"),
        (113, "LINUX_SLL"),
        (127, "IEEE802_11_RADIO"),
        (228, "IPV4"),
        (229, "IPV6"),
        (239, "NFLOG"),
        (276, "LINUX_SLL2"),
        (9999, "LINKTYPE_9999"),
    ],
)
def test_link_types(number: int, name: str) -> None:
    assert link_type_name(number) == name


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("c0000201", "192.0.2.1"),
        ("00" * 15 + "01", "::1"),
        ("20010db8" + "0000" * 2 + "0001" + "0000" * 2 + "0001", "2001:db8::1:0:0:1"),
        ("00" * 10 + "ffff" + "c0000201", "::ffff:192.0.2.1"),
    ],
)
def test_addresses(address: str, text: str) -> None:
    assert address_text(bytes.fromhex(address)) == text


def test_an_address_of_another_length() -> None:
    with pytest.raises(ValueError, match="address"):
        address_text(b"abc")


def test_endpoints() -> None:
    assert endpoint_text(bytes([192, 0, 2, 1]), 80) == "192.0.2.1:80"
    assert endpoint_text(bytes.fromhex("20010db8" + "00" * 11 + "01"), 80) == "[2001:db8::1]:80"
