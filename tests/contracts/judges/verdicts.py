"""Judges requests to a model server as servers and chat templates do.

    .local/setup/judges/bin/python tests/contracts/judges/verdicts.py < REQUESTS

Reads a JSON list of requests and writes a JSON object: for each judge, the reason of its refusal
of each request, or null. A `mistral` judge is a request validator of mistral-common, by tokenizer
version. The others are the templates beside this file.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from mistral_common.exceptions import MistralCommonException
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.protocol.instruct.validator import ValidationMode, get_validator
from mistral_common.tokens.tokenizers.base import TokenizerVersion
from pydantic import ValidationError

TEMPLATES = Path(__file__).parent / "templates"
VERSIONS = (
    TokenizerVersion.v3,
    TokenizerVersion.v7,
    TokenizerVersion.v11,
    TokenizerVersion.v13,
    TokenizerVersion.v15,
)

type Judge = Callable[[dict[str, Any]], object]


def judges() -> dict[str, Judge]:
    """Return the judges. Each raises if it refuses a request."""
    validators = {f"mistral {version.value}": _validator(version) for version in VERSIONS}
    templates = {file.stem: _template(file) for file in sorted(TEMPLATES.glob("*.jinja"))}
    return validators | templates


def _validator(version: TokenizerVersion) -> Judge:
    validator = get_validator(version, ValidationMode.serving)
    accepted: set[str] = set()  # a list of tools takes most of the time, and most are the same

    def judge(request: dict[str, Any]) -> object:
        tools = json.dumps(request.get("tools"))
        judged = ChatCompletionRequest.from_openai(
            model=request["model"],
            messages=request["messages"],
            tools=None if tools in accepted else request.get("tools"),
        )
        validator.validate_request(judged)
        accepted.add(tools)
        return judged

    return judge


def _template(file: Path) -> Judge:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = _raise
    template = environment.from_string(file.read_text("utf-8"))

    def judge(request: dict[str, Any]) -> object:
        messages = [_parsed(message) for message in request["messages"]]
        tools = request.get("tools")
        return template.render(messages=messages, tools=tools, add_generation_prompt=True)

    return judge


def _parsed(message: dict[str, Any]) -> dict[str, Any]:
    """Return the message with the arguments of its calls as objects, as servers do."""
    if not message.get("tool_calls"):
        return message
    calls = [
        {**call, "function": {**call["function"], "arguments": _object(call["function"])}}
        for call in message["tool_calls"]
    ]
    return {**message, "tool_calls": calls}


def _object(function: dict[str, Any]) -> dict[str, Any]:
    arguments = json.loads(function["arguments"])
    if not isinstance(arguments, dict):
        raise ValueError(f"arguments are not an object: {function['arguments'][:80]}")
    return arguments


def _raise(reason: str) -> None:
    raise TemplateError(reason)


def _refusal(judge: Judge, request: dict[str, Any]) -> str | None:
    try:
        judge(request)
    except (MistralCommonException, TemplateError, ValidationError, ValueError, KeyError) as no:
        return f"{type(no).__name__}: {no}"
    return None


if __name__ == "__main__":
    requests = json.load(sys.stdin)
    verdicts = {name: [_refusal(judge, r) for r in requests] for name, judge in judges().items()}
    json.dump(verdicts, sys.stdout)
