"""Which network address counts as the caller's."""

import pytest
from starlette.requests import Request

from brain.http.addresses import UNKNOWN, caller_address


def address(**headers: str) -> str:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return caller_address(Request({"type": "http", "headers": pairs}))


def test_the_platforms_own_header_comes_first() -> None:
    by_vercel = {"x_vercel_forwarded_for": "192.0.2.1"}
    others = {"x_real_ip": "192.0.2.2", "x_forwarded_for": "192.0.2.3, 192.0.2.4"}
    assert address(**others, **by_vercel) == "192.0.2.1"
    assert address(**others) == "192.0.2.2"
    del others["x_real_ip"]
    assert address(**others) == "192.0.2.4", "a client can write the entries before"
    assert address() == UNKNOWN


@pytest.mark.parametrize("text", ["me", "192.0.2", "192.0.2.1:80", "2001:db8::1/64", "é"])
def test_what_is_no_address_is_unknown(text: str) -> None:
    assert address(x_real_ip=text) == UNKNOWN


def test_all_addresses_of_a_network_are_one() -> None:
    one, two = (address(x_real_ip=f"2001:db8:1:2:{n}::1") for n in ("3", "ffff"))
    assert one == two == "2001:db8:1:2::"
    assert address(x_real_ip="2001:db8:1:3::1") != one


def test_an_ipv4_address_may_be_written_as_ipv6() -> None:
    assert address(x_real_ip="::ffff:192.0.2.1") == "192.0.2.1"
