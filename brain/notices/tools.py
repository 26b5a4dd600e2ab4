"""The tools by which the user says what they want to be told of."""

from brain.events.model import EVENT_KINDS
from brain.memory.tools import MAX_ID_CHARS, MemoryTool, unreachable
from brain.notices.ports import RuleStore
from brain.notices.rules import (
    MAX_ABOUT_CHARS,
    MAX_SENDER_CHARS,
    MAX_WORD_CHARS,
    MAX_WORDS,
    rule_to_wire,
)
from brain.run.invocations import Tool, ToolInvocation
from brain.run.tools import Effect, Json, ToolSpec


def rule_tools(rules: RuleStore) -> tuple[Tool, ...]:
    """All of them."""

    async def tell(invocation: ToolInvocation) -> Json:
        given = invocation.arguments
        rule = await rules.add_rule(
            invocation.user_id,
            about=given["about"],
            sender=given.get("from"),
            words=given.get("words", ()),
            kinds=given.get("kinds", ()),
            judge=given.get("judge", False),
            urgent=given.get("urgent", False),
            key=invocation.idempotency_key,
        )
        return {"rule": rule_to_wire(rule)}

    async def stop(invocation: ToolInvocation) -> Json:
        # None is no fault: after a crash the errand is run again, and has removed it already.
        gone = await rules.remove_rule(invocation.user_id, invocation.arguments["id"])
        return {"stopped": rule_to_wire(gone)} if gone else NOT_KEPT

    async def all_rules(invocation: ToolInvocation) -> Json:
        return {"rules": [rule_to_wire(rule) for rule in await rules.rules(invocation.user_id)]}

    async def shall_stop(invocation: ToolInvocation) -> str | None:
        id = invocation.arguments["id"]
        found = (rule for rule in await rules.rules(invocation.user_id) if rule.id == id)
        rule = next(found, None)
        return f"Shall I no longer tell you of this: {rule.about}" if rule else None

    works = ((TELL, tell), (LIST, all_rules))
    return (
        *(MemoryTool(spec=spec, work=work, away=unreachable(spec)) for spec, work in works),
        MemoryTool(spec=STOP, work=stop, away=unreachable(STOP), question=shall_stop),
    )


NOT_KEPT: Json = {"stopped": None, "note": "There is no rule of this id, any more or ever."}

TELL = ToolSpec(
    name="tellMeWhen",
    description=(
        "Note a rule of what the user wants to be told of when it happens: 'tell me when Anna "
        "writes'. An event fits if it is from the sender, holds all the words, and is of one of "
        "the kinds; leave out what the user did not say. Set judge where that takes understanding "
        "('when something about money looks wrong'), urgent where they want to be told at night "
        "and in the middle of things. For a time, not an event, there is remind."
    ),
    parameters={
        "type": "object",
        "properties": {
            "about": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_ABOUT_CHARS,
                "description": "what they want to be told of, as they said it",
            },
            "from": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_SENDER_CHARS,
                "description": "a name, an email address, or @domain",
            },
            "words": {
                "type": "array",
                "maxItems": MAX_WORDS,
                "items": {"type": "string", "minLength": 1, "maxLength": MAX_WORD_CHARS},
                "description": "words that the event has, all of them, exactly these forms",
            },
            "kinds": {
                "type": "array",
                "items": {"type": "string", "enum": list(EVENT_KINDS)},
                "description": "of what kind; any if left out",
            },
            "judge": {"type": "boolean", "description": "whether you judge each event that fits"},
            "urgent": {"type": "boolean", "description": "whether it breaks their quiet hours"},
        },
        "required": ["about"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
)

STOP = ToolSpec(
    name="stopTellingMe",
    description="Give up a rule of what the user wants to be told of.",
    parameters={
        "type": "object",
        "properties": {
            "id": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_ID_CHARS,
                "description": "a rule's id as listRules or tellMeWhen gave it",
            }
        },
        "required": ["id"],
        "additionalProperties": False,
    },
    effect=Effect.REPEATS,
    guarded=True,
)

LIST = ToolSpec(
    name="listRules",
    description="List what the user wants to be told of when it happens, newest first.",
    parameters={"type": "object", "properties": {}, "additionalProperties": False},
    effect=Effect.READS,
)
