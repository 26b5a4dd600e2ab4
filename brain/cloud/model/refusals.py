"""Finds out from a provider's words why it refused a request. Pure.

There is no standard for these words. The patterns are those of many servers: OpenAI, Azure,
Anthropic, Gemini, Groq, OpenRouter, vLLM, llama.cpp, Ollama, LiteLLM. `filters` has those of
content filters, which come first: such a refusal is of a text, not of the model.
"""

import re
from typing import NamedTuple

from brain.cloud.model.filters import is_about_account, is_filter
from brain.cloud.model.signs import CODES, Lack, Window
from brain.errors import FaultClass


class Refusal(NamedTuple):
    """What the words say. The fields are as in `Failure`."""

    fault: FaultClass
    is_lasting: bool = False
    is_schema: bool = False


_NO_ACCESS = Refusal(FaultClass.NO_ACCESS, is_lasting=True)
_NO_TOOLS = Refusal(FaultClass.NO_TOOLS, is_lasting=True)
_SCHEMA = Refusal(FaultClass.NO_TOOLS, is_lasting=True, is_schema=True)
_FORM = Refusal(FaultClass.REQUEST, is_lasting=True)

# In this order: the first pattern that is found counts.
_PATTERNS: tuple[tuple[Refusal, re.Pattern[str]], ...] = tuple(
    (told, re.compile(pattern, re.IGNORECASE))
    for told, pattern in (
        (
            Refusal(FaultClass.TOO_LONG),
            r"context_length_exceeded|exceed_context_size|context (?:length|window|size)"
            r"|(?:input|prompt|request|messages?|text|string|body)s? "
            r"(?:(?:is|are|was|were|tokens?|content|size|list) ){0,2}too (?:long|large|big)"
            r"|too many (?:input )?tokens|maximum .{0,30}tokens|token limit|max_model_len"
            r"|exceeds? .{0,40}(?:tokens|token count|maximum length)|reduce the length"
            r"|request_too_large|(?:payload|entity) too large|string_above_max_length"
            r"|tokens .{0,40}must be <=",
        ),
        (
            Refusal(FaultClass.MOMENT),
            r"tool_use_failed|failed_generation|failed to call a function"
            r"|failed to parse (?:input|output|tool|function)|invalid tool call|tool call parsing"
            r"|error parsing tool|could not parse .{0,30}(?:tool|function) call",
        ),
        (
            _SCHEMA,
            r"(?:parse|build|compile|invalid|init\w*|unsupported) .{0,40}grammar"
            r"|json.?schema|invalid schema|schema .{0,60}(?:not supported|unsupported|invalid)"
            r"|(?:unsupported|invalid) .{0,60}schema|function_declarations|function parameters"
            r"|response schema|guided decoding|xgrammar|failed to initialize samplers",
        ),
        (
            _NO_TOOLS,
            r"(?:not|n't) support .{0,40}(?:tool|function)|enable-auto-tool-choice|tool-call-parser"
            r"|support tool use"
            r"|tools? (?:(?:use|calling|choice) )?(?:is|are) not (?:supported|enabled|allowed)"
            r"|(?:tool|function).?call(?:s|ing)? .{0,30}not (?:supported|enabled|available)"
            r"|(?:unknown|unsupported|unrecognized|unexpected|extra)\W.{0,60}\btools\b"
            r"|\btools\b\W.{0,20}(?:extra inputs|unsupported|not permitted|unknown|not supported)",
        ),
        (
            _FORM,
            r"roles? must alternate|must alternate|unexpected role|after role|invalid role"
            r"|last message|first message|must be at the beginning|system (?:message|role|prompt)"
            r"|jinja|chat.?template|template error|unknown (?:field|name|parameter|argument)"
            r"|unrecognized|unsupported (?:parameter|value|field)|extra (?:inputs|fields)"
            r"|additional properties|extra_forbidden|property '?[\w.]+'? is unsupported"
            r"|not permitted",
        ),
    )
)
_LOADING = re.compile(
    r"\bloading (?:the )?model|model (?:\S+ )?is (?:currently |still )?(?:loading|starting)"
    r"|\boverloaded|over capacity|server is busy|no (?:available )?capacity|warming up",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"(?:model|deployment) .{0,80}(?:not found|not exist|does not exist)"
    r"|model \S{1,80} (?:has been|is|was) (?:decommissioned|no longer (?:supported|available))"
    r"|model_decommissioned"
    r"|not a valid model|(?:unknown|invalid|no such) model\b|no endpoints found for",
    re.IGNORECASE,
)
_BILLING = re.compile(
    r"insufficient_(?:quota|credit|fund|balance)|billing|payment_required|\bcredits?_|_credits?\b"
    r"|exceeded_current_quota|spending_limit|budget_exceeded"
)
_CREDIT = re.compile(
    r"credit balance|insufficient (?:account )?(?:balance|credit|fund|quota)|payment required"
    r"|(?:out of|enough|more|available|add|purchase|remaining) credits?\b"
    r"|spending limit|\bbilling\b|\barrearage\b|key limit exceeded"
    r"|budget (?:has been )?exceeded|exceeded (?:\w+ )?budget",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"api.?key|\b(?:invalid|incorrect|expired|missing|revoked) .{0,20}(?:key|token|credential)"
    r"|missing scopes|insufficient permissions|unauthori[sz]ed"
    r"|authenticat\w+ (?:fail|error|require)|\bcredentials?\b",
    re.IGNORECASE,
)
# With a 429, words of billing may be about too many requests; these are not.
_EMPTY = re.compile(
    r"insufficient (?:account )?(?:balance|credit|fund)|out of credits?\b|\barrearage\b"
    r"|budget (?:has been )?exceeded",
    re.IGNORECASE,
)
_OF_MODEL = re.compile(r"\bmodel\b", re.IGNORECASE)
_KEY_CODES = re.compile(r"invalid_api_key|api_key_invalid|authentication_error|invalid_auth")
_RATE = re.compile(r"limit:?\s{0,3}(\d{1,9})\b.{0,60}?requested:?\s{0,3}(\d{1,9})\b", re.I | re.S)
_LIMITS = (
    re.compile(r"\bn_ctx\W{1,5}(\d{3,8})"),
    re.compile(r"(?:maximum|max|limit)\D{0,60}?(\d{3,8})\s*(?:tokens|\)|\])", re.IGNORECASE),
    re.compile(r"context (?:length|window|size)\D{0,30}(\d{3,8})", re.IGNORECASE),
    re.compile(r">\s*(\d{3,8}) maximum", re.IGNORECASE),
    re.compile(r"limit:?\s{0,3}(\d{3,8})", re.IGNORECASE),
)
_ASKED = (
    re.compile(r"\bn_prompt_tokens\W{1,5}(\d{3,8})"),
    re.compile(r"(\d{3,8}) tokens? >"),
    re.compile(r"request\w* (?:\w+ ){0,3}\(?(\d{3,8})(?: tokens|\))", re.IGNORECASE),
    re.compile(r"(?:requested|resulted in|contains?|has|used)\W{1,3}(?:\w+ ){0,3}(\d{3,8})", re.I),
)
# Statuses whose meaning the words can change. With the others the status is clear.
_WORDS_COUNT = frozenset({400, 403, 404, 405, 406, 413, 415, 422, 451, 500, 501, 502})


def told_class(status: int, code: str, words: str) -> Refusal | None:
    """Return what the words say; None if they say nothing that we know."""
    if status in (413, 429) and (rate := _RATE.search(words)) and int(rate[2]) > int(rate[1]):
        return Refusal(FaultClass.TOO_LONG)  # of the tokens in a minute; waiting does not help
    if status >= 500 and _LOADING.search(words):
        return Refusal(FaultClass.BUSY)
    if code in ("rate_limit_exceeded", "rate_limit_error"):
        return None
    if code in CODES or (status in _WORDS_COUNT and is_filter(words)):
        return Refusal(FaultClass.FILTERED)
    if status not in _WORDS_COUNT:
        return None
    if status in (400, 404) and _NO_MODEL.search(words):
        return _NO_ACCESS
    told = next((told for told, pattern in _PATTERNS if pattern.search(words)), None)
    return told or (_NO_ACCESS if status < 500 and _is_of_account(words) else None)


def _is_of_account(words: str) -> bool:
    """Whether the words are about the account, its credit or its key, and not about the request."""
    return is_about_account(words) or bool(_CREDIT.search(words) or _KEY.search(words))


def is_billing(codes: str, words: str = "") -> bool:
    """Whether codes and types, or words, say that there is no credit. Some come as 429."""
    return bool(_BILLING.search(codes) or _EMPTY.search(words))


def lacking(status: int, codes: str, words: str) -> Lack:
    """Return what is wrong with the account, of a refusal of class NO_ACCESS; empty if unknown.

    `codes` are the error's codes and types. Of a 429 only these count: its words speak of billing
    also if there were only too many requests.
    """
    if status == 402 or is_billing(codes) or (status != 429 and _CREDIT.search(words)):
        return "modelQuota"
    if status == 401 or _KEY_CODES.search(codes) or (status in (400, 403) and _KEY.search(words)):
        return "modelKey"
    is_name = "model_not_found" in codes or _NO_MODEL.search(words)
    return "modelName" if is_name or (status == 404 and _OF_MODEL.search(words)) else ""


def window_in(words: str) -> Window:
    """Return the numbers that a refusal of a long request states."""
    if rate := _RATE.search(words):
        return Window(limit=int(rate[1]), asked=int(rate[2]))
    limit, asked = _number(_LIMITS, words), _number(_ASKED, words)
    return Window(limit=limit, asked=asked if asked > limit else 0)


def _number(patterns: tuple[re.Pattern[str], ...], words: str) -> int:
    found = next((match for pattern in patterns if (match := pattern.search(words))), None)
    return int(found[1]) if found else 0
