"""The building blocks of the scripted model's rules."""

import re
from collections.abc import Callable
from dataclasses import replace

from local.model.amending import amended, is_change
from local.model.directions import Call, Reply
from local.model.german import in_german, is_german
from local.model.scene import WAITING, Scene, fields

CONTINUE, QUIT = "sayToUserAndContinue", "sayToUserAndQuit"
UNKNOWN = "Unknown:"  # begins the result of a call that a crashed process may have carried out
NOT_SURE = "I am not sure whether that was done. I have not tried it again."
QUOTE_CHARS = 400  # characters; half a minute when read out

_FILLERS = (
    "a about an and any are at can could did do document documents does for find from give has "
    "have help how i in is it know look me my notes of on or our please say search show tell "
    "that the there to up was we were what what's when where which who why will with would "
    "write written wrote you your"
)
_GERMAN_FILLERS = (
    "bitte da das dem den der die du ein eine einen er es finde für gibt habe hast hat ich im in "
    "ist kannst mein meine meinem meinen meiner mir mit oder sag sind steht such und uns von wann "
    "was wer wie wo zu zum zur über"
)
FILLERS = frozenset((*_FILLERS.split(), *_GERMAN_FILLERS.split()))

PLEASE = r"^\W*(?:(?:please|can you|could you|hi|hello|hey|now|then|and)\W+)*"

type Rule = Callable[[Scene, re.Match[str]], Reply]


def rule(pattern: str, rule: Rule) -> tuple[re.Pattern[str], Rule]:
    """Return a rule with the pattern that a request must match."""
    return re.compile(pattern, re.IGNORECASE | re.DOTALL), rule


def quit_with(scene: Scene, message: str) -> Reply:
    """Return the final answer, which also mentions what the user said in the meantime."""
    message = in_words(scene, message)
    if scene.also:
        said = ", and: ".join(f"“{text}”" for text in scene.also)
        message = f"{message} You also said: {said}. Ask me that again now."
    if QUIT not in scene.offered:
        return Reply(text=message)
    return Reply(calls=(Call(name=QUIT, arguments={"message": message}),))


def in_words(scene: Scene, message: str) -> str:
    """Return one of the script's sentences in the language of the request."""
    return in_german(message) if is_german(scene.task) else message


def keywords(text: str) -> str:
    """Return the words of a question that are useful in a search."""
    words = re.findall(r"[^\s.,;:!?\"()]+", text)
    return " ".join([word for word in words if word.lower() not in FILLERS] or words)


def call(name: str, **arguments: object) -> Reply:
    """Return an answer that only calls a tool."""
    return Reply(calls=(Call(name=name, arguments=arguments),))


def act(scene: Scene, name: str, done: str, **arguments: object) -> Reply:
    """Call a tool that may need the user's consent, then report whether it succeeded."""
    if name not in scene.offered:
        return quit_with(scene, f"I cannot do that here: there is no {name}.")
    result = scene.result(name)
    if result is None:
        return call(name, **arguments)
    decided = replace(scene, also=())  # the user's yes or no needs no further answer
    if result.startswith(WAITING):
        changes = [text for text in scene.also if is_change(text)]
        asked = sum(called == name for called, _ in scene.results)
        if asked <= len(changes):  # a yes with a change: ask again, with the change
            return call(name, **amended(arguments, changes))
        return quit_with(decided, "All right, I leave it.")
    if result.startswith(UNKNOWN):
        return quit_with(decided, NOT_SURE)
    return quit_with(decided, f"That did not work. {result}" if is_failure(result) else done)


def shortened(text: str) -> str:
    """Shorten the text to one line that can be read aloud."""
    text = " ".join(text.split())
    return text if len(text) <= QUOTE_CHARS else text[:QUOTE_CHARS].rsplit(" ", 1)[0] + " …"


def is_failure(result: str) -> bool:
    """Return whether the result is a failure: tools report success in JSON and failure in prose."""
    return not fields(result)
