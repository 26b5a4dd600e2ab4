"""Domain names in their two forms: as people write them, and in ASCII as the network takes them.

By IDNA 2008 with the mapping of UTS 46, non-transitional. The older standard maps ß to ss and a
final sigma to another letter, which gives a different domain, possibly of a different owner.
"""

MAX_DOMAIN_CHARS = 254  # no host is longer (RFC 1035); encoding takes more than linear time


def ascii_domain(domain: str) -> str:
    """Return a domain in lower case and in ASCII; empty if it is invalid, or if its ASCII form
    cannot be decoded.
    """
    import idna  # imported here, because few domains need its tables

    if domain.isascii() and "xn--" not in domain.lower():
        return domain.lower()
    if len(domain) > MAX_DOMAIN_CHARS:
        return ""
    try:
        found = idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        return ""
    return found if written_domain(found) else ""


def written_domain(domain: str) -> str:
    """Return a domain as people write it; empty if it cannot be decoded."""
    import idna

    if "xn--" not in domain.lower() or len(domain) > MAX_DOMAIN_CHARS:
        return domain
    try:
        return idna.decode(domain)
    except UnicodeError:
        return ""
