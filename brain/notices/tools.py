"""The tools for the user's rules of what to announce."""

from typing import Annotated

from msgspec import Struct

from brain.codec import Json
from brain.events.model import EventKind
from brain.notices.ports import RuleStore
from brain.notices.rules import (
    MAX_ABOUT_CHARS,
    MAX_SENDER_CHARS,
    MAX_WORD_CHARS,
    MAX_WORDS,
    rule_to_wire,
)
from brain.texts.plain import plain_line
from brain.tools.arguments import About, Arguments
from brain.tools.invocations import Proposal, Tool, ToolInvocation, ToolResult
from brain.tools.spec import Effect
from brain.tools.typed import tool

MAX_ID_CHARS = 64

AWAY = "The rules cannot be reached now. Tell the user, or try again later."
NOT_CERTAIN = "The rules cannot be reached now. It is not certain that this was done."
NOT_KEPT: Json = {
    "stopped": None,
    "note": "There is no rule with this id. It may already be removed.",
}

Word = Annotated[str, About(least=1, most=MAX_WORD_CHARS, plain="line")]


class TellMeWhen(Arguments):
    """Note what to tell the user about: 'tell me when Anna writes'. An event fits if it is from the
    sender, has all the words and is of one of the kinds; leave out what they did not say. Set judge
    where that takes understanding, urgent to tell them even at night. For a time, use remind.
    """

    about: Annotated[str, About("in their own words", 1, MAX_ABOUT_CHARS, plain="line")]
    from_: Annotated[
        str | None, About("a name, address or @domain", 1, MAX_SENDER_CHARS, plain="line")
    ] = None
    words: Annotated[
        tuple[Word, ...],
        About("words it must have", most=MAX_WORDS),
    ] = ()
    kinds: Annotated[tuple[EventKind, ...], About("any if left out")] = ()
    judge: Annotated[bool, About("you judge each one that fits")] = False
    urgent: Annotated[bool, About("it breaks their quiet hours")] = False


class StopTellingMe(Arguments):
    """Remove a rule that tellMeWhen noted."""

    id: Annotated[str, About("from listRules or tellMeWhen", 1, MAX_ID_CHARS)]


class ListRules(Arguments):
    """List the rules of tellMeWhen, newest first."""


def rule_tools(rules: RuleStore) -> tuple[Tool, ...]:
    """Make all tools for rules."""
    do = _Work(rules)
    return (
        tool(TellMeWhen, do.tell, Effect.REPEATS, guarded=do.shall_tell, away=NOT_CERTAIN),
        tool(ListRules, do.list_rules, away=AWAY),
        tool(StopTellingMe, do.stop, Effect.REPEATS, guarded=do.shall_stop, away=NOT_CERTAIN),
    )


class _Work(Struct, frozen=True):
    """Carries out the tools' calls. A rule noted in a tainted run is foreign."""

    rules: RuleStore

    async def shall_tell(self, new: TellMeWhen, invocation: ToolInvocation) -> Proposal | None:
        """Return a question if the rule would break the user's quiet hours, else None."""
        if not new.urgent:
            return None
        return Proposal(question=invocation.texts.ask_tell_urgently(_in_words(new)))

    async def tell(self, new: TellMeWhen, invocation: ToolInvocation) -> ToolResult:
        invocation.check_count()
        rule = await self.rules.add_rule(
            invocation.user_id,
            about=new.about,
            sender=new.from_,
            words=new.words,
            kinds=new.kinds,
            judge=new.judge,
            urgent=new.urgent,
            foreign=invocation.tainted,
            key=invocation.idempotency_key,
        )
        done = invocation.texts.DONE["telling"].format(rule=rule.about)
        return ToolResult.of({"rule": rule_to_wire(rule)}, foreign=rule.foreign, done=done)

    async def list_rules(self, asked: ListRules, invocation: ToolInvocation) -> ToolResult:
        rules = await self.rules.rules(invocation.user_id)
        shown: Json = {"rules": [rule_to_wire(rule) for rule in rules]}
        return ToolResult.of(shown, foreign=any(rule.foreign for rule in rules))

    async def stop(self, asked: StopTellingMe, invocation: ToolInvocation) -> ToolResult:
        # None is not an error: after a crash this call runs again, and the rule is already gone.
        gone = await self.rules.remove_rule(invocation.user_id, asked.id)
        if gone is None:
            return ToolResult.of(NOT_KEPT)
        done = invocation.texts.DONE["not telling"].format(rule=gone.about)
        return ToolResult.of({"stopped": rule_to_wire(gone)}, foreign=gone.foreign, done=done)

    async def shall_stop(self, asked: StopTellingMe, invocation: ToolInvocation) -> Proposal | None:
        rules = await self.rules.rules(invocation.user_id)
        rule = next((rule for rule in rules if rule.id == asked.id), None)
        if rule is None:
            return None
        question = invocation.texts.ask_stop_telling(plain_line(rule.about))
        return Proposal(question=question, foreign=rule.foreign)


def _in_words(new: TellMeWhen) -> str:
    """Return what the rule is about, and in brackets what an event needs to fit it."""
    details = ", ".join([*([new.from_] if new.from_ else []), *new.words, *new.kinds])
    return f"{new.about} ({details})" if details else new.about
