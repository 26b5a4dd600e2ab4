"""What the script says to those who speak German: its sentences, by their English form."""

import re
from collections.abc import Callable

# Words that no English request of a few words has.
SIGNS = re.compile(
    r"\b(?:ich|mir|mich|mein\w*|du|dir|bitte|kannst|könntest|hallo|guten|danke|erinner\w*|merk\w*|"
    r"sag\w*|antworte\w*|schreib\w*|hat|habe|gibt|neue|lies|lange|aufgabe|vergiss|lösche?|wo|wie|"
    r"wer|ist|das|der|den|und|aber|nicht|wenn|suche?|tschüss|uhr|um|weiß\w*|ja|nein|doch)\b",
    re.IGNORECASE,
)
DATES = {"tomorrow": "morgen", "today": "heute"}

HELP = (
    "Hallo! Ich bin ein Skript, kein Sprachmodell. Ich kann mir etwas merken, in deinen Dokumenten "
    "suchen und lesen, E-Mails lesen und senden, dich erinnern und so tun, als arbeitete ich an "
    "einer langen Aufgabe. Sag zum Beispiel: Merk dir, dass dienstags der Müll geholt wird. Oder: "
    "Erinnere mich in 1 Minute, Anna anzurufen. Für echte Antworten setze OPENAI_API_KEY oder "
    "OPENROUTER_API_KEY und starte neu."
)

type Form = str | Callable[[re.Match[str]], str]


def _day(found: re.Match[str]) -> str:
    day = DATES.get(found[1], found[1].replace("on", "am"))
    return f"Ich erinnere dich {day} um {found[2]} Uhr: {found[3]}"


SENTENCES: tuple[tuple[str, Form], ...] = (
    (r"Hello! I am a script, not a language model\..*", HELP),
    (r"You are welcome\.", "Gern geschehen."),
    (r"I am a script, so I am always fine\. What can I do for you\?",
     "Ich bin ein Skript, mir geht es immer gut. Was kann ich für dich tun?"),
    (r"All right\. I am here when you need me\.", "Gut. Ich bin da, wenn du mich brauchst."),
    (r"It is (\d\d:\d\d) on (\d{4}-\d\d-\d\d)\.", r"Es ist \1 Uhr am \2."),
    (r"I will keep that in mind: (.*)", r"Ich merke es mir: \1"),
    (r"I have written it down: (.*)", r"Ich habe es notiert: \1"),
    (r"You told me: (.*)", r"Du hast mir gesagt: \1"),
    (r"I remember nothing of that\.", "Darüber weiß ich nichts."),
    (r"I have forgotten it: (.*)", r"Ich habe es vergessen: \1"),
    (r"I will remind you at (\d\d:\d\d): (.*)", r"Ich erinnere dich um \1 Uhr: \2"),
    (r"I will remind you (tomorrow|today|on \S+) at (\d\d:\d\d): (.*)",
     _day),
    (r"I will remind you in (\d+) (\w+)\.", r"Ich erinnere dich in \1 \2."),
    (r"I will remind you in (\d+) (\w+) and (\d+) (\w+)\.",
     r"Ich erinnere dich in \1 \2 und \3 \4."),
    (r"There is nothing that waits for your answer\.", "Nichts wartet auf deine Antwort."),
    (r"When shall I remind you\? Say for instance: at six\.",
     "Wann soll ich dich erinnern? Sag zum Beispiel: um sechs."),
    (r"There are no reminders\.", "Es gibt keine Erinnerungen."),
    (r"I will tell you when (.*) writes\.", r"Ich sage dir Bescheid, wenn \1 schreibt."),
    (r"(.*) writes: (.*)", r"\1 schreibt: \2"),
    (r"I found no such email\.", "Eine solche E-Mail gibt es nicht."),
    (r"I found no email from (.*)\.", r"Von \1 gibt es keine E-Mail."),
    (r"I have sent it\.", "Es ist abgeschickt."),
    (r"I have answered it\.", "Ich habe geantwortet."),
    (r"It is deleted\.", "Es ist gelöscht."),
    (r"All right, I leave it\.", "Gut, ich lasse es."),
    (r"The long task is done, all (\d+) steps of it\.",
     r"Die lange Aufgabe ist erledigt, alle \1 Schritte."),
    (r"Step (\d+) of (\d+) is done\.", r"Schritt \1 von \2 ist erledigt."),
    (r"I found nothing about that in your documents\.", "Davon steht nichts in deinen Dokumenten."),
    (r"Let me look in your documents\.", "Ich sehe in deinen Dokumenten nach."),
    (r"(.*) says: (.*)", r"In „\1“ steht: \2"),
)  # fmt: skip


def is_german(text: str) -> bool:
    return bool(SIGNS.search(text))


def in_german(message: str) -> str:
    """Return the German form of one of the script's sentences; others stay as they are."""
    for form, german in SENTENCES:
        if found := re.fullmatch(form, message, re.DOTALL):
            return german(found) if callable(german) else found.expand(german)
    return message
