"""The network address of a caller, as the platform reports it."""

from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

UNKNOWN = "unknown"  # all callers whose address is not reported
NETWORK_BITS = 64  # of an IPv6 address: one customer has all addresses of such a network


def caller_address(request: Request) -> str:
    """Return the caller's IPv4 address, its IPv6 network, or UNKNOWN.

    Vercel sets `x-vercel-forwarded-for` and `x-real-ip` itself and drops a client's values. In
    `x-forwarded-for` only the last entry comes from a proxy that we know.
    """
    headers = request.headers
    forwarded = headers.get("x-forwarded-for", "").rpartition(",")[2]
    for given in (headers.get("x-vercel-forwarded-for"), headers.get("x-real-ip"), forwarded):
        if given and given.strip():
            return _network(given.strip())
    return UNKNOWN


def _network(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> NETWORK_BITS << NETWORK_BITS))
    return str(address)
