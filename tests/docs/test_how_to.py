"""The examples of the how-to guides are code that runs."""

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from brain.documents.ports import Documents
from brain.errors import ToolFault
from brain.tools.invocations import Tool, ToolInvocation
from brain.tools.schema import complaint
from brain.tools.spec import ToolCall
from tests.fakes.documents import FakeDocuments

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
PYTHON = re.compile(r"^( *)```python\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def examples(name: str) -> list[str]:
    """The Python code of a guide, without the indentation of a list."""
    found = PYTHON.findall((GUIDES / name).read_text("utf-8"))
    return [re.sub(f"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


def loaded(code: str) -> ModuleType:
    module = ModuleType("example")
    exec(code, module.__dict__)  # the project's own documentation
    return module


def invocation(arguments: dict[str, Any]) -> ToolInvocation:
    call = ToolCall(id="call-1", name="newestDocuments", arguments=json.dumps(arguments))
    return ToolInvocation(user_id="anna", call=call, arguments=arguments, idempotency_key="key")


def newest_documents(documents: Documents) -> Tool:
    [code] = examples("add-a-tool.md")
    tools: tuple[Tool, ...] = loaded(code).newest_tools(documents)
    return tools[0]


async def test_the_tool_of_the_guide_lists_titles_and_says_that_others_wrote_them() -> None:
    documents = FakeDocuments()
    await documents.create("anna", title="Mine", body="Words.", foreign=False, key="1")
    await documents.create("anna", title="Theirs", body="Words.", foreign=True, key="2")
    result = await newest_documents(documents).run(invocation({"limit": 2}))
    assert sorted(json.loads(result.text)["titles"]) == ["Mine", "Theirs"]
    assert result.foreign


async def test_the_tool_of_the_guide_refuses_what_its_schema_does_not_allow() -> None:
    tool = newest_documents(FakeDocuments())
    assert not complaint(tool.spec.parameters, {"limit": 2})
    assert complaint(tool.spec.parameters, {"limit": 0})
    assert await tool.outcome(invocation({"limit": 1})) is None


async def test_the_tool_of_the_guide_says_that_the_documents_are_away() -> None:
    documents = FakeDocuments()
    documents.is_away = True
    with pytest.raises(ToolFault):
        await newest_documents(documents).run(invocation({"limit": 1}))


def test_the_route_of_the_guide_can_be_imported() -> None:
    [code] = examples("add-a-route.md")
    assert callable(loaded(code).version_of_log)
