"""The German texts: plurals, cases, word order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from brain.documents.rules import described
from brain.notices.model import Notice
from brain.notices.spoken import digest, spoken, spoken_line
from brain.says import de

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def notice(kind: Any = "email", text: str = "", **given: Any) -> Notice:
    plain = {"id": "n", "kind": kind, "text": text, "urgent": False, "at": MOMENT}
    return Notice(**{**plain, "foreign": kind != "reminder", **given})


def mail(sender: str | None = "Anna", subject: str | None = "Mittagessen") -> Notice:
    return notice(sender=sender, subject=subject)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (mail(), "Eine E-Mail von Anna ist gerade angekommen: Mittagessen."),
        (mail(None, None), "Eine E-Mail ist gerade angekommen."),
        (notice("reminder", "Bank anrufen"), "Eine Erinnerung: Bank anrufen."),
        (notice("reminder"), "Eine Erinnerung ist fällig."),
        (
            notice("reminder", "Bank anrufen", foreign=True, id="reminder-1"),
            "Eine Erinnerung aus dem, was andere geschrieben haben: Bank anrufen.",
        ),
        (notice("document", subject="Einkauf"), "Das Dokument Einkauf wurde geändert."),
        (notice("document"), "Ein Dokument wurde geändert."),
        (notice("event", "die Tür ist offen", sender="Haus"), "Haus meldet: die Tür ist offen."),
        (notice("event"), "Es ist etwas passiert."),
    ],
)
def test_one_notice(given: Notice, sentence: str) -> None:
    assert spoken(given, MOMENT, de) == sentence


def test_an_email_from_a_while_ago() -> None:
    later = MOMENT + timedelta(hours=1)
    assert spoken(mail(), later, de) == "Eine E-Mail von Anna ist angekommen: Mittagessen."


ANNA, BEN = mail(), mail("Ben", "Miete")
REMINDERS = [notice("reminder", text) for text in ("Bank", "Katze.", "Müll", "Brot", "Milch")]
DOCUMENTS = [notice("document", subject=name) for name in "ABCDE"]


@pytest.mark.parametrize(
    ("notices", "sentence"),
    [
        ([ANNA], "eine E-Mail von Anna mit dem Betreff Mittagessen"),
        ([mail(None, None)], "eine E-Mail"),
        ([ANNA, ANNA], "2 E-Mails von Anna, die letzte mit dem Betreff Mittagessen"),
        ([ANNA, BEN], "2 E-Mails, die letzte von Ben mit dem Betreff Miete"),
        (
            [ANNA, ANNA, BEN],
            "3 E-Mails, 2 davon von Anna, die letzte von Ben mit dem Betreff Miete",
        ),
        (REMINDERS[:1], "eine Erinnerung: Bank"),
        (REMINDERS[:2], "2 Erinnerungen: Bank und Katze"),
        (REMINDERS[:4], "4 Erinnerungen: Bank, Katze, Müll und eine weitere"),
        (REMINDERS, "5 Erinnerungen: Bank, Katze, Müll und 2 weitere"),
        (DOCUMENTS[:1], "Änderungen in A"),
        (DOCUMENTS[:4], "Änderungen in A, B, C und einem weiteren"),
        (DOCUMENTS, "Änderungen in A, B, C und 2 weiteren"),
        ([notice("document")], "eine Änderung in einem Dokument"),
        ([notice("document")] * 2, "Änderungen in mehreren Dokumenten"),
        ([notice("event", "es klingelt")] * 2, "2 weitere Ereignisse, das letzte: es klingelt"),
        ([ANNA, REMINDERS[0]], "eine E-Mail von Anna mit dem Betreff Mittagessen; und eine "
         "Erinnerung: Bank"),
    ],
)  # fmt: skip
def test_several_notices(notices: list[Notice], sentence: str) -> None:
    assert digest(notices, de, away=True) == f"Während du weg warst: {sentence}."
    assert digest(notices, de, away=False) == f"Inzwischen: {sentence}."


def test_a_link_is_named_in_german() -> None:
    assert spoken_line("siehe https://evil.example/x", de) == "siehe ein Link"


def test_a_document_in_a_question_has_german_quotes_and_numbers() -> None:
    assert described("WLAN", "1234", de) == "„WLAN“ (4 Zeichen, beginnt mit „1234“)"
    assert described("WLAN", "", de) == "„WLAN“ (leer)"
    assert "(1.500 Zeichen, " in described("Lang", "Wort " * 300, de)


def test_an_email_in_a_question_has_german_labels() -> None:
    asked = de.ask_send_email(
        ["anna@example.org"],
        ["ben@example.org"],
        subject="Essen",
        body="Um zwölf?",
        characters=1_234,
        attachments=["plan.pdf (application/pdf, 20 KB)"],
    )
    assert asked == (
        "Soll ich diese E-Mail an 2 Personen senden?\nAn: anna@example.org\n"
        "Kopie an: ben@example.org\nBetreff: Essen\n"
        "Anhang: plan.pdf (application/pdf, 20 KB)\nLänge: 1.234 Zeichen\n\nUm zwölf?"
    )
