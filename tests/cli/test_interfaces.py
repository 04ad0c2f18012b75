"""`kacap interfaces`: what is there, what can be captured, and what is missing."""

import json

from tests.cli.command import COMMAND, kacap
from tests.live.network import joined_networks, skip_without


def test_what_is_there_is_listed() -> None:
    with joined_networks() as (near, _):
        near.check("ip", "link", "add", "down0", "type", "veth", "peer", "name", "down1")
        ended = near.run(*COMMAND, "interfaces")
        told = json.loads(near.run(*COMMAND, "interfaces", "--json").out)
    assert (ended.code, ended.err) == (0, "")
    lines = {line.split()[0].partition("@")[0]: line for line in ended.out.splitlines() if line}
    assert "127.0.0.1" in lines["lo"]
    assert "192.0.2.1" in lines["veth0"]
    assert lines["veth0"].split()[-1] == "yes"
    assert "down0: it is down; bring it up with: sudo ip link set down0 up" in ended.out.splitlines()
    assert told["missing"] == []
    by_name = {each["name"]: each for each in told["interfaces"]}
    assert by_name["veth0"]["can_be_captured"]
    assert by_name["veth0"]["addresses"][:1] == ["192.0.2.1"]
    assert by_name["veth0"]["link_type"] == "EN10MB"
    assert not by_name["down0"]["can_be_captured"]
    assert not by_name["down0"]["up"]


def test_without_the_right_that_is_missing() -> None:
    skip_without("setpriv")
    with joined_networks() as (near, _):
        less = ("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", *COMMAND, "interfaces")
        ended = near.run(*less)
        told = json.loads(near.run(*less, "--json").out)
    assert ended.code == 0
    assert "missing: " in ended.out
    assert not any(line.endswith("yes") for line in ended.out.splitlines())
    assert "CAP_NET_RAW" in ended.out
    assert not any(each["can_be_captured"] for each in told["interfaces"])
    (line,) = told["missing"]
    assert "CAP_NET_RAW" in line


def test_anybody_may_ask() -> None:
    assert "lo" in kacap("interfaces").out
