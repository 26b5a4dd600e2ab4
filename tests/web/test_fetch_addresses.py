"""Redirects, and names that lead inside: what a page is not read from."""

import pytest

from brain.web.addresses import NO_ADDRESS, OTHER_PORT, PRIVATE, USERINFO
from brain.web.fetch import (
    AWAY,
    MAX_REDIRECTS,
    NO_SITE,
    TOO_FAR,
    HttpWeb,
)
from tests.web.sites import INNER, NOBODY, PUBLIC, Sites, page, redirect, refused


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_followed_to_another_site(
    web: HttpWeb, sites: Sites, status: int
) -> None:
    sites.answers["a.example/x/y"] = redirect("../z w?q=1", status=status)
    sites.answers["a.example/z%20w?q=1"] = redirect("//b.example", status=status)
    sites.answers["b.example/"] = page("Hello", "text/plain")
    read = await web.read("http://a.example/x/y")
    assert (read.url, read.text) == ("http://b.example/", "Hello")


async def test_the_number_of_redirects_is_limited(web: HttpWeb, sites: Sites) -> None:
    for i in range(MAX_REDIRECTS + 1):
        sites.answers[f"a.example/{i}"] = redirect(f"/{i + 1}")
    sites.answers[f"a.example/{MAX_REDIRECTS + 1}"] = page("Hello", "text/plain")
    assert await refused(web, "http://a.example/0") == TOO_FAR
    assert len(sites.targets) == MAX_REDIRECTS + 1
    assert (await web.read("http://a.example/1")).text == "Hello"


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://in.example/", PRIVATE),
        (f"http://{INNER}/", PRIVATE),
        (f"//{INNER}/", PRIVATE),
        ("http://localhost/", PRIVATE),
        ("http://[::1]/", PRIVATE),
        ("http://169.254.169.254/latest/meta-data/", PRIVATE),
        ("http://2130706434/", NO_ADDRESS),
        ("http://b.example:8080/", OTHER_PORT),
        ("http://anna@b.example/", USERINFO),
        ("file:///etc/passwd", NO_ADDRESS),
        ("gopher://b.example/", NO_ADDRESS),
        ("http://[", NO_ADDRESS),
    ],
)
async def test_a_redirect_must_pass_the_same_checks(
    web: HttpWeb, sites: Sites, location: str, reason: str
) -> None:
    sites.answers["a.example/"] = redirect(location)
    assert await refused(web, "http://a.example/") == reason
    assert sites.targets == ["a.example/"]
    assert sites.asked[INNER] == []


async def test_a_name_of_a_private_ip_is_not_connected_to(web: HttpWeb, sites: Sites) -> None:
    assert await refused(web, "http://in.example/") == PRIVATE
    for ips in ([PUBLIC, INNER], [INNER, PUBLIC], [PUBLIC] * 9 + [INNER]):
        sites.names["both.example"] = [ips]
        assert await refused(web, "http://both.example/") == PRIVATE
    assert sites.asked == {PUBLIC: [], INNER: []}


async def test_by_default_this_machine_is_not_reachable(sites: Sites) -> None:
    web = HttpWeb(resolve=sites.resolve)
    assert await refused(web, "http://a.example/") == PRIVATE
    assert sites.asked[PUBLIC] == []


async def test_the_connection_goes_to_the_checked_ip(web: HttpWeb, sites: Sites) -> None:
    sites.names["turns.example"] = [[PUBLIC], [INNER]]
    sites.answers["turns.example/"] = page("Hello", "text/plain")
    assert (await web.read("http://turns.example/")).text == "Hello"
    assert sites.looked_up == ["turns.example"]
    assert sites.asked[INNER] == []


async def test_a_name_that_becomes_private_is_checked_again(web: HttpWeb, sites: Sites) -> None:
    sites.names["turns.example"] = [[PUBLIC], [INNER]]
    sites.answers["turns.example/"] = redirect("/again")
    assert await refused(web, "http://turns.example/") == PRIVATE
    assert sites.targets == ["turns.example/"]
    assert sites.asked[INNER] == []


async def test_if_the_first_ip_is_unreachable_the_next_one_is_used(
    web: HttpWeb, sites: Sites
) -> None:
    sites.answers["moved.example/"] = page("Hello", "text/plain")
    for ips in ([NOBODY, PUBLIC], [NOBODY, PUBLIC, NOBODY], [PUBLIC, NOBODY]):
        sites.names["moved.example"] = [ips]
        assert (await web.read("http://moved.example/")).text == "Hello"
    sites.names["moved.example"] = [[NOBODY, NOBODY, NOBODY, PUBLIC]]
    assert await refused(web, "http://moved.example/") == AWAY


async def test_a_site_may_be_named_by_its_ip(web: HttpWeb, sites: Sites) -> None:
    for host in ("8.8.8.8", "2606:4700::1111"):
        sites.names[host] = [[PUBLIC]]
    sites.answers["8.8.8.8/"] = redirect("http://[2606:4700:0::1111]:80/x")
    sites.answers["[2606:4700::1111]/x"] = page("Hello", "text/plain")
    assert (await web.read("http://8.8.8.8/")).url == "http://[2606:4700::1111]/x"


async def test_a_site_that_does_not_exist_is_reported(web: HttpWeb, sites: Sites) -> None:
    assert await refused(web, "http://no.example/") == NO_SITE
    sites.names["no.example"] = [[]]
    assert await refused(web, "http://no.example/") == NO_SITE
    assert await refused(web, "no.example") == NO_ADDRESS
