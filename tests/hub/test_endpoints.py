"""Whatever is not plainly a host, a port or a URL is refused with a sentence, and everything has one form."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igloo_hub.plan.endpoints import (
    Endpoint,
    address_of,
    means_this_machine,
    parse_endpoint,
    parse_host,
    parse_port,
    parse_url,
    why_no_destination,
)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("broker.lan", "broker.lan"),
        ("Broker.LAN.", "broker.lan"),
        ("my_router", "my_router"),
        ("xn--kche-0ra.lan", "xn--kche-0ra.lan"),
        ("192.168.1.5", "192.168.1.5"),
        ("FD00:0:0:0::1", "fd00::1"),
        ("[::1]", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("a." * 126 + "b", "a." * 126 + "b"),
    ],
)
def test_a_host_has_one_form(text: str, host: str) -> None:
    assert parse_host(text) == host
    assert parse_host(host) == host


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must not be empty"),
        ("127.1", "ends in a number"),
        ("2130706433", "ends in a number"),
        ("0x7f000001", "ends in a number"),
        ("10.0.0.0x1", "ends in a number"),
        ("1.2.3.4.5", "ends in a number"),
        ("256.1.1.1", "ends in a number"),
        ("küche.lan", "must be written in ASCII"),
        ("fe80::1%eth0", "names a network interface"),
        ("a b", "is no host"),
        ("a..b", "is no host"),
        ("-a.lan", "is no host"),
        ("a/b", "is no host"),
        ("a\n", "is no host"),
        ("[::1", "is no host"),
        ("::1]", "is no host"),
        ("user@host", "is no host"),
        ("x" * 64 + ".lan", "is no host"),
        ("a." * 127 + "b", "at most 253 characters, and this one has 255"),
        ("x" * 100_000, "at most 253 characters"),
    ],
)
def test_what_is_no_host(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_host(text)


@pytest.mark.parametrize("value", [0, 65536, -1, True, "80", 1.0, None, 10**30])
def test_what_is_no_port(value: object) -> None:
    with pytest.raises(ValueError, match="from 1 to 65535"):
        parse_port(value)


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("broker.lan:1883", Endpoint("tcp", "broker.lan", 1883)),
        ("[FD00::1]:1", Endpoint("tcp", "fd00::1", 1)),
        ("10.0.0.1:65535", Endpoint("tcp", "10.0.0.1", 65535)),
    ],
)
def test_an_endpoint_reads_as_it_is_written(text: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(text) == endpoint
    assert parse_endpoint(str(endpoint)) == endpoint


@pytest.mark.parametrize(
    "text", ["broker.lan", "broker.lan:", "fd00::1:80", ":80", "a:0", "a:65536", "a:1e3", "a:²", "[::1]"]
)
def test_what_is_no_endpoint(text: str) -> None:
    with pytest.raises(ValueError, match=r"host|port"):
        parse_endpoint(text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("mqtt://broker.lan", "mqtt://broker.lan:1883"),
        ("MQTTS://Broker.lan/", "mqtts://broker.lan:8883"),
        ("https://[::1]:8/x?y#z", "https://[::1]:8/x?y#z"),
    ],
)
def test_a_url_gets_its_port(text: str, whole: str) -> None:
    assert str(parse_url(text)) == whole
    assert str(parse_url(whole)) == whole


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must begin with mqtt:// or mqtts://"),
        ("broker.lan:1883", "must begin with"),
        ("http://broker.lan", "must begin with mqtt:// or mqtts://"),
        ("mqtt://", "must not be empty"),
        ("mqtt://me:hunter2@broker.lan", "no user name or password"),
        ("mqtt://me:12/hunter2@broker.lan", "no user name or password"),
        ("mqtt://broker.lan:0", "from 1 to 65535"),
        ("mqtt://broker.lan:65536", "no such port"),
        ("mqtt://broker.lan:x", "no such port"),
        ("mqtt://[::1", "none at all"),
        ("mqtt://127.1", "ends in a number"),
        ("mqtt://a b", "no address has"),
        ("mqtt://a\nb", "no address has"),
    ],
)
def test_what_is_no_url(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        parse_url(text, ("mqtt", "mqtts"))
    assert "hunter2" not in str(caught.value)


def test_a_scheme_without_a_usual_port_needs_one() -> None:
    with pytest.raises(ValueError, match="must end in a port"):
        parse_url("coap://sensor.lan")


@given(st.text(max_size=300))
def test_no_text_raises_anything_but_a_sentence(text: str) -> None:
    for parse in (parse_host, parse_endpoint, parse_url):
        with suppress(ValueError):
            parse(text)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.251", "ff02::fb", "255.255.255.255"])
def test_some_addresses_are_nobody_s(address: str) -> None:
    found = address_of(address)
    assert found is not None
    assert why_no_destination(found)


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "hub", "hub.lan"])
def test_a_grant_may_mean_this_machine(host: str) -> None:
    assert means_this_machine(host, "Hub.lan")
    assert not means_this_machine("cloud.example", "Hub.lan")
