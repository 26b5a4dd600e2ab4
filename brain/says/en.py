"""The brain's texts in English."""

from collections.abc import Mapping, Sequence

from brain.says.asking.en import *  # noqa: F403 - the questions are a part of the language

# ---- progress

IDLE = "I am not working on anything right now."
DOING: Mapping[str, str] = {
    "thinking": "I am thinking about it.",
    "documents": "I am looking in your documents.",
    "writing": "I am writing in your documents.",
    "email": "I am looking in your email.",
    "sending": "I am sending an email.",
    "memory": "I am looking for what we said before.",
    "other": "I am working on it.",
}
JUST_BEGUN = "I have just started."


def began(ago: str) -> str:
    return f"I started {ago}."


def at_step(number: int, ago: str) -> str:
    return f"This is step {number}, and I started {ago}."


def seconds(count: int) -> str:
    return f"{count} {'second' if count == 1 else 'seconds'} ago"


def minutes(count: int) -> str:
    return f"{count} {'minute' if count == 1 else 'minutes'} ago"


def percent_done(percent: int) -> str:
    return f"About {percent} percent is done."


def job_at(job: str, done: int, total: int, failed: int) -> str:
    without = f", {failed} without success" if failed else ""
    return f"“{job}”: {done} of {total} {'is' if total == 1 else 'are'} done{without}."


# ---- how a run ends

LAST_WORDS: Mapping[str, str] = {
    "loops": "I stopped because this took too many steps.",
    "time": "I stopped because this took too long.",
    "tokens": "I stopped because this became too large for me.",
    "handoffs": "I stopped because I was interrupted too often.",
    "attempts": "I tried this several times and was interrupted each time, so I stopped.",
    "poisoned": "I stopped because I lost track of what I was doing. Please ask me again.",
    "model": "I cannot think right now. Please ask again in a little while.",
    "no tools": "I cannot work with the model that is set up here, because it cannot use tools. "
    "Whoever runs this assistant has to choose another model.",
    "no access": "I have no access to my model. Whoever runs this assistant has to check its key, "
    "its credit and its name.",
    "modelKey": "The model provider rejected the API key. Check it in your settings.",
    "modelQuota": "The credit at the model provider is used up. Add credit, then ask again.",
    "modelName": "The provider does not know the model MODEL.",
    "budget": "Today's budget is used up. It starts again at 00:00.",
    "request": "My model does not accept what I send. Whoever runs this assistant has to check its "
    "settings.",
    "too long": "This text or document is too long for my model. Please try it with a shorter one.",
    "filtered": "The provider of my model refused this text. You can go on with something else.",
    "cut": "My answer was cut off each time before I could say it. Please ask for something "
    "shorter.",
}
NOT_SET_UP = "I cannot answer: this assistant is not set up correctly. Please tell whoever runs it."
CUT_OFF = "My answer was cut off here."
TAKES_LONGER = "That takes a little longer. I will tell you."
SLOW = "My model takes its time. I am still waiting for its answer."
HOLDING: Sequence[str] = (
    "I am looking that up.",
    "One moment, please.",
    "Let me check.",
    "I am having a look.",
)
STILL: Sequence[str] = (
    "I am still looking.",
    "This takes a little longer.",
    "I am still working on it.",
    "A little longer, please.",
)
MORE = "There is more. Shall I go on?"
UNSAID = "I could not say more about it."
UNSURE = "Something I was doing may or may not have been completed. Please check it."
STOPPED = "Stopped."
STOPPED_IN_AN_ACT = (
    "Stopped. The action that was under way may or may not have been completed. Please check."
)


def that_is_done(acts: str) -> str:
    return f"That is done: {acts[:1].lower()}{acts[1:]}"


def did_not_work(tool: str) -> str:
    what = f"“{tool}”" if tool else "it"
    return f"That did not work. I tried {what} several times, and it failed in the same way."


# ---- what was done

DONE: Mapping[str, str] = {
    "sent": "Sent to {to}.",
    "mailed": "The email is sent.",
    "shared": "The document “{document}” is sent to {to}.",
    "created": "The document “{document}” is saved.",
    "changed": "The document “{document}” is changed.",
    "deleted": "The document “{document}” is deleted.",
    "gone": "The document is deleted.",
    "remembered": "Remembered: {fact}",
    "forgotten": "Forgotten: {fact}",
    "reminding": "The reminder is set for {at}: {reminder}",
    "cancelled": "The reminder is cancelled: {reminder}",
    "telling": "Noted, you will be told: {rule}",
    "not telling": "You will not be told any more: {rule}",
    "sent off": "Helpers are at work on this: {job}",
    "told": "The helper {helper} knows: {text}",
    "stopped": "Stopped: {job}",
}

# ---- notices

LINK = "a link"
SOMETHING = "something has happened"
REMINDER = "a reminder"
REMINDER_BY_OTHERS = "a reminder from what others wrote"
REMINDER_DUE = "a reminder is due"
WHILE_AWAY = "while you were away"
MEANWHILE = "meanwhile"


def email_arrived(sender: str, *, just: bool) -> str:
    return f"an email{_from(sender)} has {'just ' if just else ''}arrived"


def document_changed(title: str) -> str:
    return f"the document {title} has changed" if title else "a document has changed"


def reports(name: str) -> str:
    return f"{name} reports"


def emails(count: int, *, sender: str, subject: str, frequent: str, frequent_count: int) -> str:
    about = f" about {subject}" if subject else ""
    if count == 1:
        return f"an email{_from(sender)}{about}"
    if frequent_count == count:
        return f"{count} emails from {frequent}{about and f', the last{about}'}"
    most = f", {frequent_count} of them from {frequent}" if frequent_count > 1 else ""
    by = "" if most and sender == frequent else _from(sender)
    return f"{count} emails{most}{(by or about) and f', the last{by}{about}'}"


def reminders(count: int, named: Sequence[str], more: int, *, by_others: bool) -> str:
    what = "a reminder" if count == 1 else f"{count} reminders"
    what += " from what others wrote" if by_others else ""
    return f"{what}: {_listed(named, more)}" if named else what


def documents(count: int, titles: Sequence[str], more: int) -> str:
    if titles:
        return f"changes in {_listed(titles, more)}"
    return "a change in a document" if count == 1 else "changes in several documents"


def events(count: int, last: str) -> str:
    return last if count == 1 else f"{count} other things, the last: {last}"


def together(parts: Sequence[str]) -> str:
    *others, last = parts
    return f"{'; '.join(others)}; and {last}" if others else last


def _from(sender: str) -> str:
    return f" from {sender}" if sender else ""


def _listed(named: Sequence[str], more: int) -> str:
    """`a`, `a and b`, `a, b, c and 2 more`."""
    *others, last = [*named, *([f"{more} more"] if more else [])]
    return f"{', '.join(others)} and {last}" if others else last


def jobs(count: int, last: str) -> str:
    return last if count == 1 else f"{count} results, the last: {last}"


def job_done(title: str, done: int, total: int) -> str:
    return f"{title}: {done} of {total} done."


def job_failed(title: str, total: int) -> str:
    return f"{title}: that failed." if total == 1 else f"{title}: all {total} failed."


def job_stopped(title: str, after: str) -> str:
    return f"Stopped: {title}, after {after}."


def done_of(done: int, total: int) -> str:
    return f"{done} of {total}"


_FAILED = {
    "model": "the model could not answer",
    "tokens": "the tokens were used up",
    "time": "it took too long",
    "loops": "it took too many steps",
    "attempts": "it failed several times",
    "stopped": "it was stopped",
    "gaveUp": "it could not be done",
    "repeats": "it repeated itself",
    "world": "its world lacked something",
    "player": "the simulated user left its role",
}


def failed_because(reason: str) -> str:
    return _FAILED.get(reason, "it did not come to its end")
