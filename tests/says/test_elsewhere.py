"""No sentence for the user is outside of the language files, as far as a simple check finds."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

BRAIN = Path(__file__).resolve().parents[2] / "brain"
SAYS = BRAIN / "says"
# What becomes a message, a question or an entry of the log, and the argument that is its text.
SAID = {
    "Draft": "text",
    "Proposal": "question",
    "Letter": "question",
    "Announcement": "text",
    "UserRequest": "text",
    "draft": "text",
}
FRAGMENT_CHARS = 10  # of a text that stands in a language file, to be looked for elsewhere

FILES = sorted(path for path in BRAIN.rglob("*.py") if SAYS not in path.parents)


def strings(node: ast.AST) -> Iterator[str]:
    """The texts that are written out within a piece of code."""
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def code_strings(tree: ast.Module) -> set[str]:
    """The texts of a file without its docstrings."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {
        node.value
        for node in constants
        if isinstance(node.value, str) and id(node) not in docstrings
    }


def written_out(tree: ast.Module) -> Iterator[str]:
    """Where a text for the user is written out, in the call or in a name that the call is given."""
    assigned = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        argument = SAID.get(call.func.id) if isinstance(call.func, ast.Name) else None
        given = [one.value for one in call.keywords if one.arg == argument and argument]
        if argument and isinstance(call.func, ast.Name) and call.func.id == "draft":
            given += call.args[1:2]
        for value in given:
            names = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}
            parts = [value, *(assigned[name] for name in names if name in assigned)]
            for part in parts:
                yield from (f"{call.lineno}: {text}" for text in strings(part) if " " in text)


@cache
def fragments() -> frozenset[str]:
    """The beginnings of the English sentences, by which the check recognises them."""
    texts = code_strings(ast.parse((SAYS / "en.py").read_text()))
    parts = (text.strip() for text in texts)
    sentences = (one for one in parts if one[:1].isupper() and " " in one)
    return frozenset(one for one in sentences if len(one) >= FRAGMENT_CHARS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(BRAIN)))
def test_no_sentence_for_the_user_is_in_code(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert list(written_out(tree)) == []
    repeated = {text for text in code_strings(tree) for one in fragments() if one in text}
    assert repeated == set()


@pytest.mark.parametrize(
    "code",
    [
        'Draft(text="I am sorry.")',
        'Proposal(question=f"Shall I delete {name}?")',
        'SORRY = "I am sorry."\nDraft(text=SORRY)',
        'question = "\\n".join(["Shall I send this?", to])\nLetter(question=question)',
        'draft(turn, "I am sorry.", kind)',
    ],
)
def test_the_check_finds_a_sentence(code: str) -> None:
    assert list(written_out(ast.parse(code)))
