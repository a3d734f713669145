"""Which addresses may be asked: public ones. A page or a market file must not make us ask what stands inside a network.

Names and odd spellings (`2130706433`, `0x7f.1`, `127.1`) are not judged as they are written: the resolver says which
addresses they mean, all of these are judged, and one of these is connected to. So it does not matter what the same name
means a moment later.

Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses (RFC 6890); RFC 6052 (NAT64), 3056 (6to4),
4380 (Teredo), 5214 (ISATAP).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Resolver = Callable[[str, int], list[str]]
"""Host and port -> addresses as text, in the order in which to try them; raises OSError or UnicodeError."""

_INSIDE = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared with the provider (CGNAT)
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # public by its number, but each machine's own host in Azure
            "169.254.0.0/16",  # link-local, and where clouds keep their metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays, withdrawn
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ),
    )
)
_GLOBAL = IPv6Network("2000::/3")
"""The only part of IPv6 that is given out for public hosts."""
_NOT_GLOBAL = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address in other clothes
            "3fff::/20",  # documentation
        ),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
"""Where a network without IPv4 sees the IPv4 hosts."""
_MAPPED = IPv6Network("::ffff:0:0/96")


class NotPublic(Exception):
    """A host that is asked stands at an address inside a network, or at none that can be judged."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(f"{host} is {address}" if host != address else address)


def public(address: str) -> bool:
    """Whether an address, as a resolver writes it, is a public host's; never raises."""
    try:
        told = ip_address(address)
    except ValueError:
        return False
    if isinstance(told, IPv4Address):
        return not any(told in network for network in _INSIDE)
    if told.scope_id is not None:
        return False  # a zone is a link of this machine
    if told in _NAT64 or told in _MAPPED:
        return public(str(IPv4Address(int(told) & 0xFFFFFFFF)))
    if told not in _GLOBAL or any(told in network for network in _NOT_GLOBAL):
        return False
    return all(public(str(inner)) for inner in _isatap(told))


def _isatap(address: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 address that an ISATAP interface has in its last half."""
    if (int(address) >> 32) & 0xFCFFFFFF == 0x00005EFE:
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def resolve(host: str, port: int) -> list[str]:
    """What the system's resolver says; an IPv6 address with its zone."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses(host: str, port: int, resolver: Resolver) -> list[str]:
    """The addresses of a public host; raises NotPublic when one of them is none, and what the resolver raises.

    One inside address among public ones refuses the host: an honest site has no use for it.
    """
    found = resolver(host, port)
    if not found:
        raise OSError(f"{host} has no address")
    for address in found:
        if not public(address):
            raise NotPublic(host, address)
    return found
