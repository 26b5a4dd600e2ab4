"""Generates realistic emails, always the same for the same seed.

    for letter in letters(5_000, seed=7): ...

They use several languages and charsets: conversations, newsletters in HTML, receipts, invitations
and attachments.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

ME = "Robin Ek <robin@brain.example>"
BEGIN = datetime(2024, 1, 1, 8, tzinfo=UTC)
SPAN = timedelta(days=1_000)  # the emails are spread over this time

PEOPLE = (
    ("Anna Lindqvist", "anna@lindqvist.example"),
    ("Ben Okafor", "ben.okafor@harbour.example"),
    ("Chiara Russo", "chiara@studio-russo.example"),
    ("Daniel Weiß", "daniel.weiss@werkstatt.example"),
    ("Élodie Martin", "elodie.martin@atelier.example"),
    ("Farid Haddad", "farid@haddad-law.example"),
    ("Галина Орлова", "galina@orlova.example"),
    ("林 美咲", "misaki@hayashi.example"),
    ("王 小明", "xiaoming@wang.example"),
    ("Iñaki Etxeberria", "inaki@monte.example"),
    ("Jonas Berg", "jonas@fjordtours.example"),
    ("Kate O'Neill", "kate@oneill-bakery.example"),
)

# Language: the charset that older programs would use, subjects, sentences.
TONGUES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "english": (
        "iso-8859-1",
        ("Dinner on Friday", "The draft", "Keys", "Train to Oslo", "Photos", "Quick question"),
        (
            "Could you have a look at the draft before Thursday?",
            "The train leaves at 9:40 from platform four, and I have both tickets.",
            "I left the spare key with the neighbours, second floor on the right.",
            "Shall we say seven o'clock at the little place by the harbour?",
            "The plumber comes on Tuesday morning; somebody has to be at home.",
            "Thanks again for the weekend, the children still talk about the boat.",
        ),
    ),
    "german": (
        "iso-8859-15",
        ("Werkstatttermin", "Rechnung für März", "Schlüssel", "Einladung zum Grillen"),
        (
            "Das Auto ist fertig, Sie können es ab 16 Uhr abholen.",
            "Die Rechnung hängt an, zahlbar innerhalb von vierzehn Tagen.",
            "Wir grillen am Samstag im Garten und freuen uns auf euch.",
            "Bitte vergiss nicht, den Schlüssel bei Frau Krüger abzugeben.",
        ),
    ),
    "french": (
        "iso-8859-1",
        ("Réunion de lundi", "Devis pour la cuisine", "Vacances en Bretagne"),
        (
            "La réunion est déplacée à lundi, dix heures, dans la petite salle.",
            "Veuillez trouver ci-joint le devis pour les travaux de la cuisine.",
            "Nous avons loué la maison bleue près de la plage pour deux semaines.",
        ),
    ),
    "russian": (
        "koi8-r",
        ("Встреча в среду", "Билеты", "Рецепт пирога"),
        (
            "Давайте встретимся в среду перед входом в библиотеку.",
            "Билеты на концерт уже куплены, места в третьем ряду.",
            "Рецепт простой: яблоки, мука, масло и немного корицы.",
        ),
    ),
    "japanese": (
        "iso-2022-jp",
        ("会議の件", "来週の予定", "写真ありがとう"),
        (
            "来週の会議は水曜日の午後三時に変更になりました。",
            "駅前の新しいレストランで夕食はいかがですか。",
            "写真をありがとうございました。とてもきれいですね。",
        ),
    ),
    "chinese": (
        "gb18030",
        ("关于合同", "周末聚会", "发票"),
        (
            "合同的第二版已经发给您,请在星期五之前确认。",
            "周末我们在湖边的餐厅聚会,欢迎带家人一起来。",
            "发票已经寄出,预计三天内到达。",
        ),
    ),
}
SHOPS = ("Harbour Books", "Nordlicht Reisen", "Green Grocer", "Cyclo Paris")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """An email, when it arrived, and whether it was read. Its text contains `number`."""

    number: int
    raw: bytes
    at: datetime
    seen: bool


def letters(count: int, *, seed: int) -> Iterator[Letter]:
    """Generate emails in order of arrival."""
    chance = random.Random(seed)
    earlier: list[EmailMessage] = []
    for number in range(count):
        at = BEGIN + SPAN * number / max(count, 1)
        message = _letter(chance, number, at, earlier)
        earlier = [*earlier[-20:], message]
        yield Letter(
            number=number,
            raw=message.as_bytes(policy=SMTP),
            at=at,
            seen=number < count * 0.9 and chance.random() < 0.9,
        )


def _letter(
    chance: random.Random, number: int, at: datetime, earlier: list[EmailMessage]
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<letter-{number}.{chance.getrandbits(40):x}@letters.example>"
    message["To"] = ME
    kind = chance.random()
    if kind < 0.25:
        _newsletter(chance, message, number)
    elif kind < 0.4 and earlier:
        _answer(chance, message, number, chance.choice(earlier))
    else:
        _personal(chance, message, number)
    if chance.random() < 0.15:
        _attach(chance, message, number)
    return message


def _personal(chance: random.Random, message: EmailMessage, number: int) -> None:
    name, address = chance.choice(PEOPLE)
    charset, subjects, sentences = TONGUES[chance.choice(list(TONGUES))]
    message["From"] = f'"{name}" <{address}>'
    message["Subject"] = chance.choice(subjects)
    body = "\n".join(chance.choices(sentences, k=chance.randint(1, 8)))
    text = f"{body}\n\n(no. {number})\n{name}\n"
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    message.set_content(text, charset=charset)


def _answer(chance: random.Random, message: EmailMessage, number: int, asked: EmailMessage) -> None:
    name, address = chance.choice(PEOPLE)
    _, _, sentences = TONGUES["english"]
    message["From"] = f'"{name}" <{address}>'
    message["Subject"] = f"Re: {str(asked['Subject']).removeprefix('Re: ')}"
    message["In-Reply-To"] = str(asked["Message-ID"])
    message["References"] = f"{asked.get('References', '')} {asked['Message-ID']}".strip()[-800:]
    body = asked.get_body(("plain", "html"))
    quoted = "\n".join(
        f"> {line}" for line in (body.get_content() if body else "").split("\n")[:30]
    )
    message.set_content(f"{chance.choice(sentences)}\n\n(no. {number})\n{name}\n\n{quoted}\n")


def _newsletter(chance: random.Random, message: EmailMessage, number: int) -> None:
    shop = chance.choice(SHOPS)
    domain = shop.lower().replace(" ", "-")
    message["From"] = f'"{shop}" <news@{domain}.example>'
    message["Subject"] = f"{shop}: offers of week {number % 52 + 1}"
    _, _, sentences = TONGUES[chance.choice(["english", "german", "french"])]
    rows = "".join(
        f"<tr><td style='padding:8px'><a href='https://{domain}.example/{line}'>"
        f"{chance.choice(sentences)}</a></td><td>{chance.randint(5, 90)} €</td></tr>"
        for line in range(chance.randint(5, 60))
    )
    html = (
        "<html><head><style>td { color: #333 }</style></head><body>"
        f"<h1>{shop}</h1><table>{rows}</table><p>Issue no. {number}</p>"
        "<p>You get this because you subscribed.</p></body></html>"
    )
    if chance.random() < 0.5:
        message.set_content(f"View this email in your browser: https://{domain}.example/{number}\n")
        message.add_alternative(html, subtype="html")
    else:
        message.set_content(html, subtype="html")


def _attach(chance: random.Random, message: EmailMessage, number: int) -> None:
    message.add_attachment(
        chance.randbytes(chance.choice((2_000, 20_000, 150_000))),
        maintype="application",
        subtype="pdf",
        filename=f"Übersicht {number}.pdf",
    )
