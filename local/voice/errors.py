"""Refusals in the vendors' forms."""

from __future__ import annotations

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

LARGEST_BYTES = 26_214_400  # of a file to transcribe: OpenAI's 25 MB
LARGEST_JSON_BYTES = 1_048_576

_GOOGLE = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED"}


class Refused(Exception):
    """The request is refused in OpenAI's form."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param


async def as_openai(_: Request, error: Exception) -> Response:
    """Answer a refusal as OpenAI does."""
    assert isinstance(error, Refused)
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    content = {"message": str(error), "type": kind, "param": error.param, "code": error.code}
    return JSONResponse({"error": content}, error.status)


def as_google(status: int, message: str) -> Response:
    """Return a refusal as Google's APIs send it."""
    content = {"code": status, "message": message, "status": _GOOGLE.get(status, "UNKNOWN")}
    return JSONResponse({"error": content}, status)


def require_key(request: Request) -> None:
    """Take any key that is a bearer token. Raises Refused."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(401, "You didn't provide an API key.", code="invalid_api_key")


async def body_of(request: Request, limit_bytes: int = LARGEST_JSON_BYTES) -> bytes:
    """Return the body. Raises Refused if it is larger than the limit."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit_bytes:
            raise Refused(413, "The request is too large.", code="request_too_large")
    return bytes(body)


def first_error(error: ValidationError) -> tuple[str, str]:
    """Return where the first error is, with dots, and what it is."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return ".".join(map(str, first["loc"])), first["msg"]
