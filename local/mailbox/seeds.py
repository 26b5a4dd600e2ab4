"""The emails in a new mailbox, and those that can arrive later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

NAME = "Robin Ek"
ADDRESS = "robin@brain.example"
ME = f"{NAME} <{ADDRESS}>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seed:
    """An email that was received or sent some time ago."""

    sender: str
    subject: str
    body: str
    ago: timedelta = timedelta()
    to: str = ME
    is_read: bool = True

    @property
    def is_sent(self) -> bool:
        """Return whether the account's owner wrote it."""
        return self.sender == ME


ANNA = "Anna Lindqvist <anna@lindqvist.example>"
BEN = "Ben Okafor <ben.okafor@harbour.example>"

SEEDS = (
    Seed(
        sender=ANNA,
        subject="Dinner on Friday?",
        body="Hi Robin,\n\nwe would love to have you over on Friday at seven. Tell me if there is "
        "anything you do not eat. Bring nothing but yourself!\n\nAnna",
        ago=timedelta(hours=3),
        is_read=False,
    ),
    Seed(
        sender="Harbour Dental <reception@harbour-dental.example>",
        subject="Your appointment",
        body="This is to remind you of your appointment with Dr Mensah on the 14th at 9:30.\n"
        "Please call 555 0142 if you cannot come.",
        ago=timedelta(hours=9),
        is_read=False,
    ),
    Seed(
        sender=BEN,
        subject="The boat",
        body="Robin, the surveyor had a look: the hull is fine, the mast is not. He thinks 1,800 "
        "will do it. Shall I go ahead? The yard needs to know by Wednesday.\n\nBen",
        ago=timedelta(days=1, hours=2),
        is_read=False,
    ),
    Seed(
        sender="Nordlicht Reisen <service@nordlicht.example>",
        subject="Ihre Buchung NR-48213",
        body="Guten Tag,\n\nvielen Dank für Ihre Buchung. Der Nachtzug nach Stockholm fährt am 3. "
        "um 21:14 Uhr von Gleis 7; Ihr Abteil ist in Wagen 24.\n\nIhr Team von Nordlicht Reisen",
        ago=timedelta(days=2),
    ),
    Seed(
        sender="Kate O'Neill <kate@oneill-bakery.example>",
        subject="Re: Birthday cake",
        body="Lovely! Then it is hazelnut with orange, for twelve people, ready on Saturday from "
        "ten. It will be 42.\n\nKate",
        ago=timedelta(days=3),
    ),
    Seed(
        sender="City Library <loans@library.example>",
        subject="Two books are due soon",
        body="Dear reader,\n\n'The Sea Road' and 'A Field Guide to Clouds' are due in five days.",
        ago=timedelta(days=4),
    ),
    Seed(
        sender="Élodie Martin <elodie.martin@atelier.example>",
        subject="Devis pour la cuisine",
        body="Bonjour Robin,\n\nle devis pour la cuisine est de 6 400 euros, pose comprise. Nous "
        "pourrions commencer le 20.\n\nBien à vous,\nÉlodie",
        ago=timedelta(days=6),
    ),
    Seed(
        sender="Power & Light <billing@powerlight.example>",
        subject="Your bill for October",
        body="Your bill of 83.20 for October is ready. It will be collected on the 28th.\n"
        "Customer number 7741-09.",
        ago=timedelta(days=8),
    ),
    Seed(
        sender=ANNA,
        subject="The recipe you asked for",
        body="Three apples, 200 g of flour, 120 g of butter, a spoon of cinnamon. Forty minutes at "
        "180 degrees. Do not open the oven!\n\nAnna",
        ago=timedelta(days=12),
    ),
    Seed(
        sender="Farid Haddad <farid@haddad-law.example>",
        subject="The contract for the flat",
        body="Dear Robin,\n\nI have been through the contract. Paragraph 7 should name the cellar, "
        "and the deposit is a month too high. I would not sign it as it is.\n\nFarid",
        ago=timedelta(days=15),
    ),
    Seed(
        sender=ME,
        to="Kate O'Neill <kate@oneill-bakery.example>",
        subject="Birthday cake",
        body="Hello Kate,\n\ncould you make a cake for my mother's seventieth, on Saturday? She "
        "likes nuts.\n\nRobin",
        ago=timedelta(days=3, hours=4),
    ),
    Seed(
        sender=ME,
        to=BEN,
        subject="Re: Sailing",
        body="Count me in. I will bring the charts.\n\nRobin",
        ago=timedelta(days=20),
    ),
)

# These arrive one after the other if the request gives no text.
ARRIVALS = (
    Seed(
        sender=ANNA,
        subject="Friday: eight instead of seven?",
        body="Hi Robin, the little one has a concert first. Would eight be all right too?\n\nAnna",
    ),
    Seed(
        sender="Parcel Post <track@parcelpost.example>",
        subject="Your parcel comes today",
        body="Your parcel 20 4417 comes today between 15:00 and 17:00. Nobody at home? Answer this "
        "email with the name of a neighbour.",
    ),
    Seed(
        sender=BEN,
        subject="The yard called",
        body="They can have the mast ready by the end of the month, but only if we say yes today. "
        "Do we?\n\nBen",
    ),
    Seed(
        sender="Jonas Berg <jonas@fjordtours.example>",
        subject="Photos from the fjord",
        body="Hei Robin! The photos are up. You are on number 31, falling into the water.\n\nJonas",
    ),
)
