"""GET, PUT and DELETE /api/rules: the user's rules of what to announce."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec.places import ListPlace, page_of_all
from brain.errors import ToolFault
from brain.events.model import EventKind
from brain.feature import Resources
from brain.http.bodies import INVALID_BODY, Body, Cleaned, not_blank, parse
from brain.http.edge import Answer, Problem, read_json, tagged
from brain.http.resources import (
    after_of,
    deleted,
    id_of,
    known,
    limit_of,
    page_to_wire,
    there,
)
from brain.notices.model import Rule
from brain.notices.ports import RuleStore
from brain.notices.rules import (
    MAX_ABOUT_CHARS,
    MAX_SENDER_CHARS,
    MAX_WORD_CHARS,
    MAX_WORDS,
    rule_to_wire,
)

type Word = Annotated[Cleaned, Field(min_length=1, max_length=MAX_WORD_CHARS)]


class RuleBody(Body):
    """The body of PUT /api/rules: the rule with this id, as the user has typed it."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    about: Annotated[Cleaned, Field(max_length=MAX_ABOUT_CHARS), AfterValidator(not_blank)]
    sender: Annotated[Cleaned, Field(min_length=1, max_length=MAX_SENDER_CHARS)] | None = Field(
        default=None, alias="from"
    )
    words: Annotated[list[Word], Field(max_length=MAX_WORDS, default_factory=list)]
    kinds: Annotated[list[EventKind], Field(default_factory=list)]
    judge: bool = False
    urgent: bool = False


def rule_routes(rules: Callable[[], RuleStore | None]) -> Resources:
    """The routes for rules."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return a page of rules, newest first."""
        found = await there(rules(), "rules").rules(user_id)
        page = page_of_all(
            found, _place, limit=limit_of(request), after=after_of(request), newest_first=True
        )
        return tagged(request, page_to_wire("rules", page, rule_to_wire))

    async def edit(request: Request, user_id: str) -> ASGIApp:
        """Replace the rule by what the user has typed. It then counts as the user's own words."""
        kept = there(rules(), "rules")
        rule = await _edited(kept, user_id, parse(RuleBody, await read_json(request)))
        return Answer(rule_to_wire(known(rule, "rule")))

    async def remove(request: Request, user_id: str) -> ASGIApp:
        """Delete the rule with the given id."""
        kept, id = there(rules(), "rules"), id_of(request)
        return deleted(id, "rule", was_there=await kept.remove_rule(user_id, id) is not None)

    return {"rules": {"GET": show, "PUT": edit, "DELETE": remove}}


def _place(rule: Rule) -> ListPlace:
    return ListPlace(at=rule.created_at, id=rule.id)


async def _edited(rules: RuleStore, user_id: str, body: RuleBody) -> Rule | None:
    """Replace the rule. Raises Problem 422 if it is invalid as a whole."""
    try:
        return await rules.edit_rule(
            user_id,
            body.id,
            about=body.about,
            sender=body.sender,
            words=body.words,
            kinds=body.kinds,
            judge=body.judge,
            urgent=body.urgent,
        )
    except ToolFault as fault:
        problem = {"field": "body", "message": str(fault)}
        raise Problem(422, INVALID_BODY, errors=[problem]) from fault
