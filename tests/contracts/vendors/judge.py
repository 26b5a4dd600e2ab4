"""Judges what is sent to the vendors by the types of their SDKs. Runs in the SDKs' environment.

Reads `{"live", "realtime", "gemini"}` as JSON and writes `{"faults": {…}, "calls": [[method, path,
content type, parts]]}`: what does not fit, and how the SDKs themselves call the vendors.
"""

import json
import re
import sys
import typing
import warnings
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import httpx2
import pydantic
from google import genai
from google.genai import types
from openai import OpenAI
from openai.types.live.live_create_params import LiveCreateParams
from openai.types.realtime.realtime_session_create_request_param import (
    RealtimeSessionCreateRequestParam,
)


def make_strict() -> None:
    """Let the types refuse what they do not know, as the vendors do."""
    for name, module in list(sys.modules.items()):
        if not name.startswith(("openai.types.live", "openai.types.realtime")):
            continue
        if hasattr(module, "SequenceNotStr"):  # a protocol, which pydantic cannot check
            vars(module)["SequenceNotStr"] = typing.Sequence
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, dict) and kind is not dict:
                setattr(kind, "__pydantic_config__", {"extra": "forbid"})  # noqa: B010 - unknown to mypy


def faults(kind: Any, value: Any) -> list[str]:
    """Return why a value does not fit a type."""
    try:
        found = pydantic.TypeAdapter(kind).validate_python(value)
        json.dumps(_read(found), default=str)  # iterables are checked when they are read
    except pydantic.ValidationError as error:
        return [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    return []


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _read(one) for key, one in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    return [_read(one) for one in value] if hasattr(value, "__iter__") else value


def calls(sent: dict[str, Any]) -> list[list[Any]]:
    """Return how the SDKs create and end these sessions."""
    seen: list[list[Any]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        kind = request.headers.get("content-type", "")
        seen.append([request.method, request.url.path, kind.partition(";")[0], _parts(request)])
        return httpx2.Response(200, json={"name": "auth_tokens/x"})

    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    client = OpenAI(api_key="key", http_client=http)
    live = sent["live"]
    client.live.create(session=live["session"], transport=live["transport"])
    client.live.sessions.hangup("live_1")
    client.realtime.calls.create(sdp=live["transport"]["sdp"], session=sent["realtime"])
    client.realtime.calls.hangup("rtc_1")
    options = types.HttpOptions(api_version="v1alpha", httpx_client=http)
    genai.Client(api_key="key", http_options=options).auth_tokens.create()
    return seen


def _parts(request: httpx2.Request) -> list[str]:
    """Return the parts of a form: name and type."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/"):
        return []
    raw = f"Content-Type: {kind}\r\n\r\n".encode() + request.content
    parts = list(BytesParser(policy=HTTP).parsebytes(raw).walk())[1:]
    disposition = "content-disposition"
    return [f"{p.get_param('name', header=disposition)} {p.get_content_type()}" for p in parts]


def main() -> None:
    warnings.simplefilter("ignore")
    sent = json.load(sys.stdin)
    make_strict()
    gemini = dict(sent["gemini"])
    setup = gemini.pop("bidiGenerateContentSetup")
    names = {name: re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name) for name in gemini}
    found = {
        "live": faults(LiveCreateParams, sent["live"]),
        "realtime": faults(RealtimeSessionCreateRequestParam, sent["realtime"]),
        "gemini": faults(types.LiveClientSetup, setup)
        + faults(types.CreateAuthTokenConfig, {names[name]: one for name, one in gemini.items()}),
    }
    json.dump({"faults": found, "calls": calls(sent)}, sys.stdout)


main()
