"""Hosts, ports and URLs as owners and manifests write them, and which addresses a name may lead to. Pure.

Whatever is not plainly a name or an address is refused here, because the system's resolver takes more: `127.1`,
`0x7f000001` and `2130706433` are all this machine to it.
"""

import ipaddress
import re
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Protocol = Literal["tcp", "udp"]

LONGEST_HOST = 253
"""Characters of a name (RFC 1035 has 255 bytes, of which two are not shown)."""

LABEL_FORM = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
"""One part of a name (RFC 1035), with the underscore that home routers let people use."""

NUMBER_FORM = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
"""What the resolver would take for a number at the end of a name."""

ENDPOINT_FORM = re.compile(r"([^:\[\]]+|\[[^\[\]]+\]):([0-9]{1,5})", re.ASCII)
"""The colons of an IPv6 address stand in brackets."""

DEFAULT_PORTS = {"http": 80, "https": 443, "mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
"""As registered with IANA; a URL of any other scheme must name its port."""


class Endpoint(NamedTuple):
    """Where a connection may go. `host` as `parse_host` gives it."""

    protocol: Protocol
    host: str
    port: int

    def __str__(self) -> str:
        return host_and_port(self.host, self.port)

    @property
    def approval(self) -> str:
        """How the owner names it in `approve`."""
        return f"{'connect' if self.protocol == 'tcp' else 'udp'}:{self}"


def host_and_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_host(text: str) -> str:
    """A name or address in the one form in which hosts are compared: lower case, no final dot, no brackets.

    Raises ValueError with a sentence.
    """
    if not text:
        raise ValueError("a host must not be empty")
    if len(text) > LONGEST_HOST + 1:
        raise ValueError(f"a host has at most {LONGEST_HOST} characters, and this one has {len(text):,}")
    if (address := address_of(text)) is not None:
        if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
            raise ValueError(f"{text!r} names a network interface, which only one machine could understand")
        return str(address)
    name = text.lower().removesuffix(".")
    if not name.isascii():
        raise ValueError(f"{text!r} must be written in ASCII (the form that begins with xn--)")
    labels = name.split(".")
    if not all(map(LABEL_FORM.fullmatch, labels)) or len(name) > LONGEST_HOST:
        raise ValueError(f"{text!r} is no host: a name such as broker.lan, or an IPv4 or IPv6 address")
    if NUMBER_FORM.fullmatch(labels[-1]):
        raise ValueError(f"{text!r} ends in a number, but is no IPv4 address")
    return name


def address_of(text: str) -> IpAddress | None:
    """The address that the text is, brackets around IPv6 or not, or None."""
    is_bracketed = text[:1] == "[" and text[-1:] == "]"
    try:
        found = ipaddress.ip_address(text[1:-1] if is_bracketed else text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def parse_port(value: object) -> int:
    """Raises ValueError with a sentence."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535:
        return value
    raise ValueError(f"a port is a whole number from 1 to 65535, not {str(value)[:20]}")


def parse_endpoint(text: str, protocol: Protocol = "tcp") -> Endpoint:
    """`broker.lan:1883` or `[fd00::1]:1883`. Raises ValueError with a sentence."""
    match = ENDPOINT_FORM.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text[:LONGEST_HOST]!r} is no host with its port, such as broker.lan:1883 or [fd00::1]:1883"
        )
    return Endpoint(protocol, parse_host(match[1]), parse_port(int(match[2])))


class Url(NamedTuple):
    """A URL taken apart; `str` puts it together again with its port always there."""

    scheme: str
    host: str
    port: int
    rest: str

    def __str__(self) -> str:
        return f"{self.scheme}://{host_and_port(self.host, self.port)}{self.rest}"


def parse_url(text: str, schemes: tuple[str, ...] = ()) -> Url:
    """Takes the schemes named; any when none are. Raises ValueError with a sentence, which never holds a password."""
    scheme, separator, place = text.partition("://")
    scheme = scheme.lower()
    wanted = " or ".join(f"{name}://" for name in schemes) or "a scheme such as https://"
    if not separator or (schemes and scheme not in schemes):
        raise ValueError(f"the address must begin with {wanted}")
    if not text.isprintable() or " " in text:
        raise ValueError("the address holds characters that no address has")
    # Anywhere: in `scheme://user:12/pass@host` a part of the password would be taken for the port.
    if "@" in place:
        raise ValueError(
            "the address must hold no @, and no user name or password: they have settings of their own"
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("the address has no such port as it names, or is none at all") from None
    if port is None and (port := DEFAULT_PORTS.get(scheme)) is None:
        raise ValueError(f"the address must end in a port: {scheme}:// has no usual one")
    host = parse_host(parts.hostname or "")
    rest = parts._replace(scheme="", netloc="").geturl()
    return Url(scheme, host, parse_port(port), "" if rest == "/" else rest)


def why_no_destination(address: IpAddress) -> str | None:
    """Why nothing can be connected to this address, whoever grants it, or None."""
    if address.is_unspecified:
        return "stands for any address, and is none"
    if address.is_multicast or str(address) == "255.255.255.255":
        return "is not one machine's address but a group's"
    return None


def means_this_machine(host: str, own_name: str) -> bool:
    """Whether a grant for this host says openly that it leads to the hub's own machine. `own_name`: the machine's."""
    own = own_name.lower().removesuffix(".")
    return host == "localhost" or host.endswith(".localhost") or host in {own, own.partition(".")[0]}
