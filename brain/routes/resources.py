"""The user's own things, for the page: documents, emails, facts, preferences, rules, and the
question that waits.

Rewrites lead here. What the user does not have is 404, what the deployment does not have as well.
"""

from starlette.requests import Request
from starlette.types import ASGIApp

from brain import settings
from brain.email.ports import Emails
from brain.email.wire import email_to_wire, found_to_wire
from brain.http.bodies import parse
from brain.http.edge import Answer, Handler, Problem, read_json, tagged, whole_number
from brain.http.resources import (
    MAX_DOCUMENT_BYTES,
    DocumentBody,
    document_to_wire,
    passage_to_wire,
    question_to_wire,
)
from brain.memory.rules import MAX_FACTS, fact_to_wire
from brain.notices.rules import rule_to_wire
from brain.preferences.model import Preferences
from brain.preferences.rules import preferences_from_wire, preferences_to_wire
from brain.run.tools import Json
from brain.wiring import Wiring

LISTED = 50  # of a list unless asked otherwise
MOST_LISTED = 100
NO_DATABASE = "This deployment has no database, and so no {}."
NO_EMAIL = "There is no email account for you here."


# ---- documents


async def list_documents(request: Request, wiring: Wiring) -> ASGIApp:
    """One by its `id`; those that fit a `query`, best first; else the newest."""
    user_id = await _caller(request, wiring)
    documents = _there(wiring.documents, "documents")
    if (id := request.query_params.get("id")) is not None:
        document = _known(await documents.read(user_id, id), "document")
        return tagged(request, document_to_wire(document))
    query, limit = _query(request), _limit(request)
    if query:
        found = await documents.search(user_id, query=query, limit=limit)
    else:
        found = await documents.newest(user_id, limit=limit)
    return tagged(request, {"documents": [passage_to_wire(passage) for passage in found]})


async def keep_document(request: Request, wiring: Wiring) -> ASGIApp:
    """A text from a file, whoever wrote it, or typed on the page by the user."""
    user_id = await _caller(request, wiring)
    documents = _there(wiring.documents, "documents")
    body = parse(DocumentBody, await read_json(request, limit=MAX_DOCUMENT_BYTES))
    document = await documents.create(
        user_id,
        title=body.title,
        body=body.body,
        foreign=not body.typed,
        key=f"page:{body.key or wiring.clock.new_id()}",
    )
    return Answer(document_to_wire(document), 201)


async def delete_document(request: Request, wiring: Wiring) -> ASGIApp:
    """For good. Unasked: here it is the user who does it."""
    user_id = await _caller(request, wiring)
    documents, id = _there(wiring.documents, "documents"), _id(request)
    key = f"page:{wiring.clock.new_id()}"
    return _deleted(id, "document", was_there=await documents.delete(user_id, id, key=key))


# ---- emails


async def list_emails(request: Request, wiring: Wiring) -> ASGIApp:
    """One by its `id`; those that fit a `query`, best first; else the newest of the inbox."""
    user_id = await _caller(request, wiring)
    emails = _emails(wiring, user_id)
    if (id := request.query_params.get("id")) is not None:
        return tagged(request, email_to_wire(_known(await emails.read(user_id, id), "email")))
    query, limit = _query(request), _limit(request)
    if query:
        found = await emails.search(user_id, query=query, limit=limit)
    else:
        found = await emails.newest(user_id, limit=limit)
    return tagged(request, {"emails": [found_to_wire(email) for email in found]})


# ---- memory


async def list_facts(request: Request, wiring: Wiring) -> ASGIApp:
    """The newest, or those after the first `offset` of them."""
    user_id = await _caller(request, wiring)
    memory = _there(wiring.memory, "facts")
    limit = _limit(request)
    offset = whole_number(request, "offset", default=0, low=0, high=MAX_FACTS)
    # A user has few of them: a page is cut out of its predecessors, and one more says whether it
    # is the last.
    facts = await memory.facts(user_id, limit=offset + limit + 1)
    page = [fact_to_wire(fact) for fact in facts[offset : offset + limit]]
    more = {"nextOffset": offset + limit} if len(facts) > offset + limit else {}
    return tagged(request, {"facts": page, **more})


async def forget_fact(request: Request, wiring: Wiring) -> ASGIApp:
    """Keep it no longer."""
    user_id = await _caller(request, wiring)
    memory, id = _there(wiring.memory, "facts"), _id(request)
    return _deleted(id, "fact", was_there=await memory.forget(user_id, id) is not None)


# ---- wishes


async def show_preferences(request: Request, wiring: Wiring) -> ASGIApp:
    """All of them."""
    user_id = await _caller(request, wiring)
    wishes = _there(wiring.wishes, "preferences")
    return tagged(request, preferences_to_wire(await wishes.preferences(user_id)))


async def save_preferences(request: Request, wiring: Wiring) -> ASGIApp:
    """All of them at once: what is left out has its default again."""
    user_id = await _caller(request, wiring)
    wishes = _there(wiring.wishes, "preferences")
    preferences = preferences_from_wire(await read_json(request))
    if not isinstance(preferences, Preferences):
        faults: list[Json] = [
            {"field": complaint.field, "message": complaint.message} for complaint in preferences
        ]
        raise Problem(422, "The body does not fit the schema.", errors=faults)
    await wishes.save(user_id, preferences)
    return Answer(preferences_to_wire(preferences))


async def list_rules(request: Request, wiring: Wiring) -> ASGIApp:
    """All of them, newest first: they are few."""
    user_id = await _caller(request, wiring)
    rules = await _there(wiring.wishes, "rules").rules(user_id)
    return tagged(request, {"rules": [rule_to_wire(rule) for rule in rules]})


async def delete_rule(request: Request, wiring: Wiring) -> ASGIApp:
    """Keep it no longer."""
    user_id = await _caller(request, wiring)
    wishes, id = _there(wiring.wishes, "rules"), _id(request)
    return _deleted(id, "rule", was_there=await wishes.remove_rule(user_id, id) is not None)


# ---- the question


async def show_question(request: Request, wiring: Wiring) -> ASGIApp:
    """The one that waits for a decision; null if none does."""
    user_id = await _caller(request, wiring)
    asked = await wiring.store.question(user_id, None)
    waiting = asked.message if asked is not None and asked.is_open else None
    return tagged(request, {"question": waiting and question_to_wire(waiting)})


RESOURCES: dict[str, dict[str, Handler[Wiring]]] = {
    "documents": {"GET": list_documents, "POST": keep_document, "DELETE": delete_document},
    "emails": {"GET": list_emails},
    "facts": {"GET": list_facts, "DELETE": forget_fact},
    "preferences": {"GET": show_preferences, "PUT": save_preferences},
    "rules": {"GET": list_rules, "DELETE": delete_rule},
    "questions": {"GET": show_question},
}


async def _caller(request: Request, wiring: Wiring) -> str:
    return (await wiring.tokens.check(request.headers.get("authorization"))).user_id


def _there[T](port: T | None, things: str) -> T:
    """Raises Problem 404 where the deployment has none."""
    if port is None:
        raise Problem(404, NO_DATABASE.format(things))
    return port


def _emails(wiring: Wiring, user_id: str) -> Emails:
    """Raises Problem 404 for whom there are none."""
    emails = _there(wiring.emails, "emails")
    if not settings.has_email(wiring.env, user_id):
        raise Problem(404, NO_EMAIL)
    return emails


def _known[T](thing: T | None, name: str) -> T:
    """Raises Problem 404 for what the user does not have."""
    if thing is None:
        raise Problem(404, f"You have no {name} of this id.")
    return thing


def _deleted(id: str, name: str, *, was_there: bool) -> Answer:
    return Answer({"deleted": _known(id if was_there else None, name)})


def _id(request: Request) -> str:
    """Raises Problem 422."""
    id = request.query_params.get("id")
    if not id:
        fault = {"field": "id", "message": "is missing"}
        raise Problem(422, "The query is not right.", errors=[fault])
    return id


def _query(request: Request) -> str:
    return request.query_params.get("query", "").strip()


def _limit(request: Request) -> int:
    return whole_number(request, "limit", default=LISTED, low=1, high=MOST_LISTED)
