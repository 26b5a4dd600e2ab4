"""Serves the chat model: who asks, what they ask, and the brain's answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from msgspec.structs import replace
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from brain import settings
from brain.codec import fingerprint
from brain.errors import BrainError, EntryUnreadable, QuestionClosed
from brain.http.bearer import user_of_bearer
from brain.http.bodies import VoiceBody, check_tools, parse
from brain.http.edge import Answer, Problem, invocation_seconds, parse_json, read_body, where
from brain.http.withdrawing import withdraw_text
from brain.routes.calls import begin
from brain.run.messages import Decision
from brain.run.requests import UserRequest
from brain.run.turn import Invocation
from brain.says.texts import Texts
from brain.tools.spec import ClientTool
from brain.voice.chat.answering import Answering
from brain.voice.chat.control import say
from brain.voice.chat.flow import is_replaced, mark_heard, place_request, request_of
from brain.voice.chat.http import ChatStream, ChatWhole, nothing, refusal
from brain.voice.chat.model import ChatRequest, CurrentTurn, ToolAnswer
from brain.voice.chat.ports import Desk
from brain.voice.chat.reading import NotAsked, asked_in
from brain.voice.chat.redis import RedisCallMemory
from brain.voice.chat.rules import ends_turn
from brain.voice.chat.settings import chat
from brain.voice.chat.wire import MODEL, MODELS, Head
from brain.wiring import Wiring

MAX_BODY_BYTES = 1024 * 1024  # a history of a long call
PARENT = "/v1/"
NO_RESULT = "No tool call waits for this result."

type Serve = Callable[[Request, Wiring], Awaitable[ASGIApp]]

log = logging.getLogger("brain")


async def serve(
    scope: Scope, receive: Receive, send: Send, wiring: Wiring, seen: dict[str, str]
) -> None:
    """Answer a request. Every error has OpenAI's form: the clients read no other.

    `seen` is what this instance remembers of calls from one request to the next.
    """
    request = Request(scope, receive, send)
    request.state.seen = seen
    request.state.started = started = list[Answering]()
    answer: ASGIApp
    try:
        answer = await _handler(request)(request, wiring)
    except ClientDisconnect:
        answer = Response(status_code=400)
    except Exception as error:  # noqa: BLE001 - the edge of the function: a bug becomes a plain 500
        refused = answer = refusal(error)
        refused.background = BackgroundTask(_end, started)
        if refused.status_code >= 500:
            log.error("chat.failed: status=%d error=%s", refused.status_code, where(error))
    await answer(scope, receive, send)


async def _end(started: list[Answering]) -> None:
    """Wait for what was started before the error: a text may have been recorded all the same."""
    for answering in started:
        await answering.end()


def _handler(request: Request) -> Serve:
    """Return what serves this route. Raises Problem 404, 405."""
    handlers = ROUTES.get(request.url.path.rpartition(PARENT)[2])
    if handlers is None:
        raise Problem(404, "There is no such route.")
    if request.method not in handlers:
        allowed = {"Allow": ", ".join(handlers)}
        raise Problem(405, "Method not allowed.", headers=allowed)
    return handlers[request.method]


async def _user(request: Request, wiring: Wiring) -> str:
    session = settings.session(wiring.env)
    return await user_of_bearer(request, session, wiring.tokens, wiring.key_tries)


async def models(request: Request, wiring: Wiring) -> ASGIApp:
    """List the one model that there is."""
    await _user(request, wiring)
    return Answer(MODELS)


async def complete(request: Request, wiring: Wiring) -> ASGIApp:
    """Answer what the user has said last, or go on with the result of a tool."""
    invocation = wiring.begin_invocation(invocation_seconds())
    user_id = await _user(request, wiring)
    body = parse_json(await read_body(request, limit=MAX_BODY_BYTES))
    asked = asked_in(body, request.headers)
    chat = _Chat(wiring, asked, invocation, user_id, request.state.started, request.state.seen)
    results = [found for one in asked.said.results if (found := await chat.result(one))]
    if asked.said.text:
        return await chat.text(beside=tuple(results))
    if not results:
        raise NotAsked(NO_RESULT, "messages")
    *earlier, last = results
    last.beside = tuple(earlier)
    return chat.response(last)


class _Chat:
    """One request of a user. What it starts is added to `started`."""

    def __init__(
        self,
        wiring: Wiring,
        asked: ChatRequest,
        invocation: Invocation,
        user_id: str,
        started: list[Answering],
        seen: dict[str, str],
    ) -> None:
        self._wiring = wiring
        self._asked = asked
        self._invocation = invocation
        self._user_id = user_id
        self._started = started
        self._settings = chat(wiring.env)
        self._desk = Desk(
            calls=RedisCallMemory(wiring.redis, log_bound=wiring.store.log_bound, seen=seen),
            store=wiring.store,
            news=wiring.news,
            clock=wiring.clock,
            begin=partial(begin, wiring),
            texts_of=self._texts,
            say=say,
        )

    async def text(self, *, beside: tuple[Answering, ...]) -> ASGIApp:
        """Record the user's words, and return the response that answers them."""
        tools = await self._tools()
        wiring, asked, user_id = self._wiring, self._asked, self._user_id
        placed, sent = await place_request(self._desk.calls, wiring.clock, user_id, asked)
        if placed.is_over:
            return nothing(self._head(placed.message_id), asked)
        # Before the text is recorded: the model is shown what the user has heard.
        await mark_heard(wiring.store, user_id, asked.said.quote, sent, wiring.played)
        answering = self._answering(request_of(user_id, asked, placed, tools), placed.turn)
        answering.beside = beside
        await answering.record()
        answering.tasks.add(asyncio.ensure_future(self._keep_order(placed.message_id)))
        return self.response(answering)

    async def _keep_order(self, message_id: str) -> None:
        """Take a text back that was recorded after the one that takes its place.

        Requests of a turn overlap, and the newer one could not take back what was not there yet.
        """
        try:
            if await is_replaced(self._desk.calls, self._user_id, self._asked.call, message_id):
                await withdraw_text(self._wiring.services, self._user_id, message_id)
        except (BrainError, Problem) as error:
            log.warning("chat: order not kept, reason=%s", type(error).__name__)

    async def result(self, given: ToolAnswer) -> Answering | None:
        """Record the result of a tool. None if no call of the user's waits for it."""
        request = await self._result_request(given)
        if request is None:
            return None
        known = await self._desk.calls.known(self._user_id, self._asked.call)
        answering = self._answering(request, known.turn)
        try:
            await answering.record()
        except QuestionClosed:
            return None
        return answering

    async def _result_request(self, given: ToolAnswer) -> UserRequest | None:
        try:
            asked = await self._wiring.store.question(self._user_id, given.question_id)
        except EntryUnreadable:
            return None
        question = asked.message.question if asked is not None else None
        # A result of a tool is not the user's word, so it decides nothing that they were asked.
        if asked is None or question is None or question.whom != "client":
            return None
        texts = await self._wiring.languages.texts(self._user_id, asked.language)
        return UserRequest(
            user_id=self._user_id,
            text=texts.RESULT,
            message_id=f"answer-{fingerprint(question.arguments)}-{given.question_id}",
            decision=Decision(
                question_id=given.question_id,
                verdict="answer",
                tool=question.tool,
                arguments=question.arguments,
                result=given.text,
            ),
            patience_s=self._asked.patience_s,
        )

    def response(self, answering: Answering) -> ASGIApp:
        """Return the response in the form that was asked for."""
        head = self._head(answering.request.message_id)
        return (ChatStream if self._asked.is_stream else ChatWhole)(answering, head)

    def _head(self, message_id: str) -> Head:
        created = int(self._wiring.clock.utc().timestamp())
        model = self._asked.model or MODEL
        return Head(id=f"chatcmpl-{message_id}", created=created, model=model)

    def _answering(self, request: UserRequest, turn: CurrentTurn | None) -> Answering:
        url, patience_s = self._asked.control_url, request.patience_s
        if url is not None and not self._settings.may_call(url):
            log.warning("chat: control address ignored, its host is not listed")
            url = None
        answering = Answering(
            desk=self._desk,
            asked=self._asked,
            request=request,
            invocation=self._invocation,
            patience_s=self._settings.patience_s if patience_s is None else patience_s,
            turn=turn,
            control_url=url,
        )
        self._started.append(answering)
        return answering

    async def _tools(self) -> tuple[ClientTool, ...]:
        """Check text and tools as for any front end. Raises Problem 422, Unreachable."""
        given = {"text": self._asked.said.text, "clientTools": list(self._asked.tools)}
        body = parse(VoiceBody, given)
        await check_tools(body, lambda: self._wiring.services.schemas)
        return tuple(replace(tool, ends=ends_turn(tool.name)) for tool in body.tools())

    async def _texts(self, user_id: str) -> Texts:
        status = await self._wiring.store.status(user_id)
        return await self._wiring.languages.texts(user_id, status.language)


ROUTES: Mapping[str, Mapping[str, Serve]] = {
    "chat/completions": {"POST": complete},
    "models": {"GET": models},
}
