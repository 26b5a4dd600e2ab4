"""Runs a platform's own client against the deployment, in the environment of the clients.

    python clients.py livekit < asked.json

It reads `{"example", "url", "key", "call", "turns"}` and prints what the client has made of each
answer. `example` is the code of the documentation: a function `brain(call)`. A turn is a history of
`[role, text]` pairs; `tools` and `results` may be added. Needs nothing of this repository.
"""

import asyncio
import json
import os
import sys
from typing import Any


async def livekit(asked: dict[str, Any], brain: Any) -> list[Any]:
    from livekit.agents import llm

    @llm.function_tool(name="setLight", description="Set the light of the room.")  # type: ignore[untyped-decorator]
    async def set_light(level: int) -> str:
        return "done"

    found = []
    client = brain(asked["call"])
    client.prewarm()
    for turn in asked["turns"]:
        context = llm.ChatContext.empty()
        for role, text in turn["messages"]:
            context.add_message(role=role, content=text)
        for call in turn.get("results", ()):
            name, id = call["name"], call["id"]
            arguments = call["arguments"]
            context.items.append(llm.FunctionCall(call_id=id, name=name, arguments=arguments))
            context.items.append(
                llm.FunctionCallOutput(call_id=id, name=name, output="done", is_error=False)
            )
        tools = [set_light] if turn.get("tools") else []
        answer: dict[str, Any] = {"contents": [], "calls": [], "usage": None}
        async with client.chat(chat_ctx=context, tools=tools) as stream:
            async for chunk in stream:
                if chunk.usage is not None:
                    answer["usage"] = chunk.usage.total_tokens
                if chunk.delta is None:
                    continue
                answer["contents"] += [chunk.delta.content] if chunk.delta.content else []
                for made in chunk.delta.tool_calls:
                    given = {"id": made.call_id, "name": made.name, "arguments": made.arguments}
                    answer["calls"].append(given)
        found.append(answer)
    await client.aclose()
    return found


async def pipecat(asked: dict[str, Any], brain: Any) -> list[Any]:
    from pipecat.processors.aggregators.llm_context import LLMContext

    found = []
    client = brain(asked["call"])
    for turn in asked["turns"]:
        context = LLMContext([{"role": role, "content": text} for role, text in turn["messages"]])
        if turn.get("whole"):
            found.append({"contents": [await client.run_inference(context)]})
            continue
        answer: dict[str, Any] = {"contents": [], "usage": None}
        async for chunk in await client.get_chat_completions(context):
            if chunk.usage is not None:
                answer["usage"] = chunk.usage.total_tokens
            for choice in chunk.choices:
                answer["contents"] += [choice.delta.content] if choice.delta.content else []
        found.append(answer)
    return found


async def main() -> None:
    """Answer on standard output."""
    asked = json.loads(sys.stdin.read())
    os.environ |= {"BRAIN_URL": asked["url"], "BRAIN_KEY": asked["key"]}
    names: dict[str, Any] = {}
    exec(compile(asked["example"], "example", "exec"), names)
    run = {"livekit": livekit, "pipecat": pipecat}[sys.argv[1]]
    print("\n" + json.dumps(await run(asked, names["brain"])))


if __name__ == "__main__":
    asyncio.run(main())
