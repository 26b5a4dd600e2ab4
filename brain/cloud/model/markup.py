"""Reads arguments in the markup in which some models write their calls. Pure."""

import json
import re

from brain.cloud.model.arguments import typed
from brain.cloud.model.values import as_object
from brain.codec import Json

# Tags around all calls, without a meaning of their own.
_NOISE = re.compile(
    r"<\|tool_calls?_section_(?:begin|end)\|>|<\|tool_calls_(?:begin|end)\|>|</?minimax:tool_call>"
)
# DeepSeek writes its tokens with other characters.
_WIDE_TOKEN = re.compile("<\uff5c([a-z_\u2581]{1,40})\uff5c>")
_PARAMETER = re.compile(
    r"<parameter(?:=|\s+name=)[\"']?(?P<name>[^<>\"'\s]{1,80})[\"']?\s*>"
    r"(?P<value>.*?)(?:</parameter>|(?=<parameter)|\Z)",
    re.DOTALL,
)
_PAIR = re.compile(
    r"<arg_key>(?P<name>[^<>]{1,80})</arg_key>\s*<arg_value>(?P<value>.*?)(?:</arg_value>|\Z)",
    re.DOTALL,
)
_NAME = re.compile(
    r"\s{0,99}(?:function<\|tool_sep\|>)?(?P<name>[\w.:/-]{1,80})\s*"
    r"(?:\[CALL_ID\]\w{0,64})?(?:\[ARGS\]|<\|[a-z_]{1,40}\|>|\(|```(?:json)?)?\s*"
)
_NAME_IN_JSON = re.compile(r"\"name\"\s*:\s*\"([^\"]{1,80})\"")


def without_noise(text: str) -> str:
    """Return a text with one spelling of tokens, and without those around all calls."""
    plain = _WIDE_TOKEN.sub(lambda token: f"<|{token[1].replace('\u2581', '_')}|>", text)
    return _NOISE.sub("", plain)


def tagged_arguments(body: str, schema: Json) -> str:
    """Return the arguments in tags as JSON text. `schema` says which of them are plain text.

    A body without such tags is returned as it is.
    """
    pairs = [*_PARAMETER.finditer(body), *_PAIR.finditer(body)]
    if not pairs:
        return body.strip() or "{}"
    properties = as_object(schema.get("properties"))
    return json.dumps(
        {
            pair["name"].strip(): typed(
                pair["value"], as_object(properties.get(pair["name"].strip()))
            )
            for pair in pairs
        },
        ensure_ascii=False,
    )


def named_body(block: str) -> tuple[str, str, int]:
    """Return the name, the arguments and where they begin, of a block such as `find[ARGS]{…}`.

    The name of a block that cannot be read is `unknown`, unless broken JSON states one.
    """
    named = _NAME.match(block)
    if named:
        return named["name"], block[named.end() :].rstrip(), named.end()
    stated = _NAME_IN_JSON.search(block)
    return stated[1] if stated else "unknown", block.strip(), len(block)
