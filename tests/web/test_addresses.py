"""Which web addresses may be opened, as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.errors import PageUnreadable
from brain.texts.networks import may_connect
from brain.web.addresses import (
    MAX_CHARS,
    NO_ADDRESS,
    OTHER_PORT,
    PRIVATE,
    TOO_LONG,
    USERINFO,
    parse,
)

LONG_LABEL = "a" * 64


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("https://a.example", "https://a.example/"),
        ("https://a.example/", "https://a.example/"),
        ("  https://a.example/x \n", "https://a.example/x"),
        ("HTTPS://A.Example/X", "https://a.example/X"),
        ("http://a.example:80/x", "http://a.example/x"),
        ("https://a.example:0443/x", "https://a.example/x"),
        ("http://a.example:443/x", "http://a.example:443/x"),
        ("https://a.example?q", "https://a.example/?q"),
        ("https://a.example/x?", "https://a.example/x?"),
        ("https://a.example/x?q=a?b/c", "https://a.example/x?q=a?b/c"),
        ("https://a.example/x#part", "https://a.example/x"),
        ("https://a.example/x#part?q", "https://a.example/x"),
        ("https://a.example/a/../b//c;d", "https://a.example/a/../b//c;d"),
        ("https://a.example/straße?q=ü", "https://a.example/stra%C3%9Fe?q=%C3%BC"),
        ("https://a.example/a%2Fb%zz%", "https://a.example/a%2Fb%25zz%25"),
        ("https://a.example/{a}|[b]^`", "https://a.example/%7Ba%7D%7C%5Bb%5D%5E%60"),
        ("https://a_b.a-c.example/x", "https://a_b.a-c.example/x"),
        ("https://Müller.example/x", "https://xn--mller-kva.example/x"),
        ("https://xn--mller-kva.example/x", "https://xn--mller-kva.example/x"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://例え。example/", "https://xn--r8jz45g.example/"),
        ("https://１.１.１.１/", "https://1.1.1.1/"),  # noqa: RUF001 - wide digits
        ("https://8.8.8.8/dns", "https://8.8.8.8/dns"),
        ("https://1.2.3.4.example/", "https://1.2.3.4.example/"),
        ("https://[2606:4700:0::1111]:80/", "https://[2606:4700::1111]:80/"),
    ],
)
def test_an_address_is_normalized_before_it_is_sent(text: str, form: str) -> None:
    assert parse(text).text == form


def test_the_parts_of_an_address_form_the_request() -> None:
    address = parse("https://A.example:80/x?q=1#part")
    assert (address.scheme, address.host, address.port) == ("https", "a.example", 80)
    assert (address.site, address.target) == ("a.example:80", "/x?q=1")
    assert (address.query, address.has_fragment) == ("q=1", True)
    bare = parse("http://[2606:4700::1111]")
    assert (bare.host, bare.site, bare.target) == ("2606:4700::1111", "[2606:4700::1111]", "/")
    assert (bare.query, bare.has_fragment) == (None, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example",
        "//a.example/x",
        "ftp://a.example/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "view-source:https://a.example",
        "https:/a.example",
        "https:///x",
        "https://:80/",
        "https://?q",
        "https://a.example:/",
        "https://a.example:http/",
        "https://a.example:¹/",
        "https://a.example:800000/",
        "https://a..example/",
        "https://.a.example/",
        "https://a.example./",
        "https://-a.example/",
        "https://a-.example/",
        "https://a,b.example/",
        "https://a%2eexample/",
        "https://%61.example/",
        f"https://{LONG_LABEL}.example/",
        f"https://{'a.' * 130}example/",
        f"https://{'ä' * 300}.example/",
        "https://ä..example/",
        "https://\u2488.example/",
        "https://[a.example]/",
        "https://[::1/",
        "https://::1/",
        "https://[fe80::1%25eth0]/",
        "https://[2606:4700::1111]x/",
        "https://a.example/x y",
        "https://a.example/\tx",
        "https://a.example/x\ny",
        "https://a.example/\0",
        "https://a.example\\@b.example/",
        "https://a.example/x\\y",
        'https://a.example/"',
        "https://a.example/<b>",
        "https://a.example/x\u200by",
        "https://a.example/\u202ex",
        "https://a.example/x\u00a0y",
        "https://a\u00ad.example/",
        "https://a.example/\ud800",
    ],
)
def test_incomplete_and_ambiguous_addresses_are_rejected(text: str) -> None:
    with pytest.raises(PageUnreadable, match=NO_ADDRESS):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost/",
        "http://LOCALHOST/",
        "http://a.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://intranet/",
        "http://wiki/",
        "http://router.lan/",
        "http://nas.home.arpa/",
        "http://2130706433/",
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://255.255.255.255/",
        "http://224.0.1.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://１２７.０.０.１/",  # noqa: RUF001 - wide digits
    ],
)
def test_an_address_of_a_private_network_is_not_opened(text: str) -> None:
    with pytest.raises(PageUnreadable, match=f"{PRIVATE}|{NO_ADDRESS}"):
        parse(text)


@pytest.mark.parametrize(
    "host",
    ["127.1", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "1.2.3.4.5", "a.0x7f000001", "1.256.1.1"],
)
def test_an_ip_spelling_that_only_some_resolvers_accept_is_rejected(host: str) -> None:
    with pytest.raises(PageUnreadable, match=NO_ADDRESS):
        parse(f"http://{host}/")


@pytest.mark.parametrize(
    "start", ["https://anna@", "https://anna:secret@", "https://@", "http://a%40b@"]
)
def test_a_name_or_a_password_is_never_sent(start: str) -> None:
    with pytest.raises(PageUnreadable, match=USERINFO):
        parse(f"{start}a.example/x")


def test_an_at_sign_in_a_path_is_allowed() -> None:
    assert parse("https://a.example/@anna?q=a@b").text == "https://a.example/@anna?q=a@b"


@pytest.mark.parametrize("port", [0, 22, 25, 3000, 6379, 8080, 8443, 65616])
def test_only_ports_80_and_443_are_opened(port: int) -> None:
    with pytest.raises(PageUnreadable, match=OTHER_PORT):
        parse(f"https://a.example:{port}/")


def test_a_very_long_address_is_not_opened() -> None:
    start = "https://a.example/"
    longest = start + "x" * (MAX_CHARS - len(start))
    assert parse(longest).text == longest
    with pytest.raises(PageUnreadable, match=TOO_LONG):
        parse(f"{longest}x")


def test_an_objection_does_not_quote_the_address() -> None:
    for text in ("https://private@a.example/", "https://private/", "private", "http://private:22/"):
        with pytest.raises(PageUnreadable) as refused:
            parse(text)
        # The word stands in one of our own texts in another sense, never as it was given.
        assert "private@" not in str(refused.value)
        assert "//private" not in str(refused.value)


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_normalizing_an_address_twice_changes_nothing(path: str, query: str, host: str) -> None:
    for text in (f"https://a.example/{path}?{query}", f"http://{host}.example/{path}#{query}"):
        try:
            address = parse(text)
        except PageUnreadable:
            continue
        assert address.text.isascii()
        assert not set(address.text) & set(' \t\n\r\\"<>#')
        assert parse(address.text).text == address.text


@pytest.mark.parametrize(
    "ip",
    [
        "8.8.8.8",
        "93.184.215.14",
        "100.63.255.255",
        "100.128.0.0",
        "172.32.0.1",
        "2606:4700::1111",
        "2a00:1450:4001:82a::200e",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
        "64:ff9b::8.8.8.8",
    ],
)
def test_a_public_ip_may_be_connected_to(ip: str) -> None:
    assert may_connect(ip)


@pytest.mark.parametrize(
    "ip",
    [
        "",
        "a.example",
        "127.0.0.1",
        "127.255.255.255",
        "0.0.0.0",
        "0.1.2.3",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "100.100.100.200",  # a cloud's metadata
        "169.254.169.254",  # the others'
        "168.63.129.16",
        "192.0.0.192",
        "172.31.255.255",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",  # a cloud's metadata
        "ff02::1",
        "ff0e::1",
        "100::1",
        "2001:db8::1",
        "2001::1",
        "2001:0:7f00:1::",  # Teredo
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:224.0.1.1",
        "::ffff:0:127.0.0.1",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:a9fe:a9fe::1",
        "2002:c0a8:101::",
        "64:ff9b::127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::8.8.8.8",
        "4000::1",
    ],
)
def test_an_ip_that_is_not_clearly_public_is_refused(ip: str) -> None:
    assert not may_connect(ip)


@given(st.ip_addresses(v=4))
def test_an_embedded_ip_is_allowed_only_if_it_is_public(bare: object) -> None:
    number = int(bare)  # type: ignore[call-overload]
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    for ip in (f"::ffff:{bare}", f"64:ff9b::{bare}", f"2002:{high}:{low}::1"):
        assert may_connect(ip) == may_connect(str(bare))
