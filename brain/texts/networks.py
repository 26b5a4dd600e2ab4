"""Tells addresses of the public internet from those of private networks.

An address could point the server at something that only the server can reach, such as a service in
its network or its cloud's metadata (server-side request forgery).
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Formally public ranges that internal services use: Azure's host, Oracle's host (a range that only
# newer Python versions treat as private) and 6to4 relays.
_INNER = tuple(map(ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))


def may_connect(ip: str) -> bool:
    """Whether connecting to this IP is allowed: it must be public.

    For an IPv6 address that embeds an IPv4 address, the IPv4 address is checked.
    """
    try:
        found = ip_address(ip)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_public(found)
    inner = _embedded(found)
    if inner is not None:
        return _is_public(inner)
    # Teredo addresses embed an IPv4 address too, but Python does not count them as global.
    return found in _GLOBAL_UNICAST and found.is_global


def _is_public(ip: IPv4Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in net for net in _INNER)


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address to which a gateway would route this one; None if it embeds none."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour
