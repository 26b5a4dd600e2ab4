"""The settings of traces: the standard variables of OpenTelemetry, and whether texts are sent."""

import re
from urllib.parse import unquote

from msgspec import Struct

from brain.codec.text import name_only
from brain.errors import SettingMissing
from brain.settings import variables
from brain.settings.variables import Env

SERVICE = "second-brain"
ENDPOINT, TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
HEADERS, TRACES_HEADERS = "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"
ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"
PATH = "/v1/traces"
EXAMPLE = "http://127.0.0.1:4318"
PAIRS = "must be a list such as name=value,other=value, with %2C for a comma in a value"
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")


class TraceSettings(Struct, frozen=True, kw_only=True):
    """Where traces are sent. `resource` are the attributes of this service.

    `has_texts`: spans have what users and models said, and what tools were given and returned.
    """

    url: str
    headers: dict[str, str]
    resource: dict[str, str]
    has_texts: bool

    __repr__ = name_only


def traces(env: Env) -> TraceSettings | None:
    """Read where traces are sent; None if no endpoint is set. Raises SettingMissing."""
    whole = env.get(TRACES_ENDPOINT)
    if not whole and not env.get(ENDPOINT):
        return None
    if whole:
        url = variables.need_url(env, TRACES_ENDPOINT, example=EXAMPLE + PATH)
    else:
        url = variables.need_url(env, ENDPOINT, example=EXAMPLE).rstrip("/") + PATH
    named = {"service.name": SERVICE, **_pairs(env, ATTRIBUTES)}
    if name := env.get("OTEL_SERVICE_NAME"):
        named["service.name"] = name
    headers = _headers(env, TRACES_HEADERS if env.get(TRACES_HEADERS) else HEADERS)
    return TraceSettings(
        url=url, headers=headers, resource=named, has_texts=variables.flag(env, "BRAIN_TRACE_TEXTS")
    )


def _headers(env: Env, name: str) -> dict[str, str]:
    found = _pairs(env, name)
    for header, value in found.items():
        if not _HEADER_NAME.fullmatch(header) or not (value.isascii() and value.isprintable()):
            raise SettingMissing(f"{name} {PAIRS}")
    return found


def _pairs(env: Env, name: str) -> dict[str, str]:
    """Read a list of pairs. No value is repeated in the error: it may be a secret."""
    found = {}
    for part in variables.names(env, name):
        key, equals, value = part.partition("=")
        if not equals or not key.strip():
            raise SettingMissing(f"{name} {PAIRS}")
        found[unquote(key.strip())] = unquote(value.strip())
    return found
