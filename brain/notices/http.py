"""GET and DELETE /api/rules: the user's rules of what to announce."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.feature import Resources
from brain.http.edge import tagged
from brain.http.resources import deleted, id_of, there
from brain.notices.ports import RuleStore
from brain.notices.rules import rule_to_wire


def rule_routes(rules: Callable[[], RuleStore | None]) -> Resources:
    """The routes for rules."""

    async def show(request: Request, user_id: str) -> ASGIApp:
        """Return all rules, newest first."""
        found = await there(rules(), "rules").rules(user_id)
        return tagged(request, {"rules": [rule_to_wire(rule) for rule in found]})

    async def remove(request: Request, user_id: str) -> ASGIApp:
        """Delete the rule with the given id."""
        kept, id = there(rules(), "rules"), id_of(request)
        return deleted(id, "rule", was_there=await kept.remove_rule(user_id, id) is not None)

    return {"rules": {"GET": show, "DELETE": remove}}
