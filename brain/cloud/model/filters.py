"""Recognises the words of providers' content filters. Pure.

A filter refuses a text, not the model or the request's form. Its words differ in each service:
OpenAI, Azure, Anthropic, Gemini, Bedrock, xAI, OpenRouter, DeepSeek, Moonshot, Qwen, Zhipu,
MiniMax, Doubao, StepFun. The status says little: 400, 403, 422, 451 are in use, and errors in an
answer.
"""

import re

_TEXT = r"(?:(?:input|prompt|request|content|message|text|output|response)s?|conversation)"
_HARMS = r"(?:sexual|violen|hate|harass|self.?harm|illicit|dangerous|child|minors|jailbreak|weapon)"

# Clear, whatever else the error says.
_CLEAR = re.compile(
    r"content[_ -]?filter|content management policy|content[_ ]policy|responsible.?ai"
    r"|content exists risk|considered high risk|high.risk (?:content|request)"
    rf"|\b{_TEXT} (?:\w+ ){{0,5}}flagged|flagged (?:\w+ ){{0,2}}{_TEXT}\b|flagged_(?:input|output)"
    rf"|\breasons?: {_HARMS}|moderation[_ ](?:error|blocked|fail)|fail\w* .{{0,20}}moderation"
    r"|requires? moderation|safety[_ ](?:system|filter|polic|setting|check|reason|guard|violation)"
    r"|block_?reason|prohibited_content|prompt (?:was|is|has been) blocked"
    rf"|\b{_TEXT} (?:\w+ ){{0,5}}(?:blocked|rejected|refused) .{{0,40}}"
    r"(?:safety|moderat|guardrail|censor|harmful|inappropriate)"
    r"|data_?inspection_?failed|(?:inappropriate|harmful|unsafe|illegal|offensive) content"
    r"|sensitive (?:content|information|word|data)|sensitive.?(?:content|words?).?detected"
    r"|(?:new|input|output|prompt)_sensitive|content_security|content security"
    r"|censorship|\bcensored\b|content .{0,20}(?:is|are) unsafe|unsafe .{0,20}content"
    r"|guardrail\w* .{0,30}(?:trigger|interven|violat|block)|guardrail_(?:interven|trigger|violat)"
    r"|(?:trigger|violat|block)\w* .{0,30}guardrail"
    r"|violat\w+ (?:\w+ ){0,3}(?:usage|content|community|safety) guideline"
    "|敏感|不安全|内容安全|违规内容|涉嫌违[规法]|审核(?:不|未)通过|安全审核|风险内容|内容.{0,8}风险",
    re.IGNORECASE,
)
# Of an account, not of a text: the access was taken away.
_ACCOUNT = re.compile(
    r"\b(?:account|organi[sz]ation|api key|workspace)\b[^.\n]{0,40}"
    r"\b(?:flagged|suspended|banned|disabled|deactivated|blocked|restricted|terminated)\b"
    "|账[号户].{0,12}(?:封|停|禁|冻结)",
    re.IGNORECASE,
)
# Filters, unless they are about an account.
_LIKELY = re.compile(
    r"moderation|flagged (?:as|by|for)|usage polic|acceptable use|violat\w+ .{0,40}polic"
    r"|blocked (?:by|due to|because of) .{0,40}(?:safety|content|moderat|filter|polic|guard)"
    r"|违规",
    re.IGNORECASE,
)


def is_filter(words: str) -> bool:
    """Whether an error with these words comes from a content filter."""
    if _CLEAR.search(words):
        return True
    return bool(_LIKELY.search(words)) and not is_about_account(words)


def is_about_account(words: str) -> bool:
    """Whether an error says that the account, not a text, was blocked."""
    return bool(_ACCOUNT.search(words))
