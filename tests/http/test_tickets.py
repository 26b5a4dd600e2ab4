"""Tickets: one thing, one user, one minute."""

from datetime import UTC, datetime, timedelta

import pytest

from brain.errors import SettingMissing, TokenRefused
from brain.http.tickets import TICKET_S, Tickets
from brain.settings import TokenSettings

OLD, NEW = "an old secret of thirty-two bytes and more", "a new secret of thirty-two bytes and more"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def tickets(*secrets: str, purpose: str = "audio", at: datetime = NOW) -> Tickets:
    settings = TokenSettings(secrets=secrets, jwks_url=None, audience=None, issuer=None)
    return Tickets(settings, purpose, utc=lambda: at)


@pytest.mark.parametrize(
    "user_id", ["anna", "anna.lee", "A" * 256, "\u00e4nna \U0001f44b", "a/b?c&d"]
)
def test_a_ticket_says_whose_it_is(user_id: str) -> None:
    ticket = tickets(NEW).make(user_id, "18")
    assert ticket.expires_at == NOW + timedelta(seconds=TICKET_S)
    assert tickets(NEW).check(ticket.text, "18") == user_id
    assert set(ticket.text) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    )


def test_a_ticket_is_good_for_a_minute() -> None:
    ticket = tickets(NEW).make("anna", "18").text
    soon, late = (NOW + timedelta(seconds=seconds) for seconds in (TICKET_S - 1, TICKET_S))
    assert tickets(NEW, at=soon).check(ticket, "18") == "anna"
    with pytest.raises(TokenRefused):
        tickets(NEW, at=late).check(ticket, "18")


def test_a_ticket_stays_good_while_its_secret_is_replaced() -> None:
    ticket = tickets(OLD).make("anna", "18").text
    assert tickets(NEW, OLD).check(ticket, "18") == "anna"
    with pytest.raises(TokenRefused):
        tickets(NEW).check(ticket, "18")


@pytest.mark.parametrize("thing", ["1", "180", "", "18\0"])
def test_a_ticket_is_for_one_thing(thing: str) -> None:
    ticket = tickets(NEW).make("anna", "18").text
    with pytest.raises(TokenRefused):
        tickets(NEW).check(ticket, thing)


def test_a_ticket_is_for_one_purpose() -> None:
    ticket = tickets(NEW, purpose="relay").make("anna", "18").text
    with pytest.raises(TokenRefused):
        tickets(NEW).check(ticket, "18")


def test_a_changed_ticket_is_refused() -> None:
    user, ends, signature = tickets(NEW).make("anna", "18").text.split(".")
    other, _, _ = tickets(NEW).make("ben", "18").text.split(".")
    for text in (
        f"{other}.{ends}.{signature}",
        f"{user}.{int(ends) + 1}.{signature}",
        f"{user}.{ends}.{signature[:-1]}",
        f"{user}.{ends}.",
        f"{user}.{ends}.{signature}.",
        f"{user}.{ends}.\u00e4",
        "",
        "..",
        "." * 100_000,
    ):
        with pytest.raises(TokenRefused):
            tickets(NEW).check(text, "18")


def test_no_ticket_is_a_minds() -> None:
    with pytest.raises(TokenRefused):
        tickets(NEW).check(tickets(NEW).make("mind:x:0", "18").text, "18")


def test_without_a_secret_there_are_no_tickets() -> None:
    with pytest.raises(SettingMissing, match="BRAIN_JWT_SECRET"):
        tickets().make("anna", "18")
    with pytest.raises(TokenRefused):
        tickets().check(tickets(NEW).make("anna", "18").text, "18")
