"""Names and forms of the files of an export."""

import re
from collections.abc import Mapping

from brain.codec import Json, NotJson, NotUsable, decoded

# Tables whose rows are one list in JSON. All others have one row a line.
LISTS = frozenset({"rules", "preferences"})
# Tables whose file has another name.
NAMED = {"archive": "mindMessages.jsonl", "spending": "usage.jsonl"}
DERIVED = frozenset({"passages"})  # tables with the same words as others, for searches
# What is there in each export, also if this deployment has no table of it.
ABSENT = frozenset(
    {
        "documents.jsonl",
        "emails.jsonl",
        "facts.jsonl",
        "rules.json",
        "preferences.json",
        "usage.jsonl",
        "receipts.jsonl",
    }
)
# Of a device: what encrypts for it.
SECRET = ("auth", "p256dh")
MOST_TITLE = 80  # characters of a title in the name of a file
UNFIT = re.compile(r"[^\w .-]+")


def file_of(table: str) -> str:
    """Return the name of the file with a table's rows."""
    if table in NAMED:
        return NAMED[table]
    return f"{camel(table)}.json" if table in LISTS else f"{camel(table)}.jsonl"


def document_file(row: Json) -> str:
    """Return the name of the file with a document's text."""
    title = UNFIT.sub(" ", row["title"])[:MOST_TITLE].strip(" .") or "document"
    return f"documents/{title} {row['id'][:12]}.md"


def row_to_wire(user_id: str, table: str, row: Json) -> Json:
    """Return a row as in the file: names as in JSON, and the owner only if it is a mind."""
    if table == "documents":
        row = {**{name: row[name] for name in row if name != "body"}, "file": document_file(row)}
    if row.get("user_id") == user_id:
        row = {name: value for name, value in row.items() if name != "user_id"}
    return {camel(name): value for name, value in row.items()}


def question_rows(fields: Mapping[str, Json | str]) -> list[Json]:
    """Return the questions of the store's hash: id to state, and id with `:form` to message."""
    return [
        {"id": id, "state": state, "message": fields.get(f"{id}:form")}
        for id, state in fields.items()
        if ":" not in id
    ]


def push_rows(fields: Mapping[str, Json | str]) -> list[Json]:
    """Return the user's devices without their keys, from the hash: id to a time and a form."""
    forms = [plain(str(stored).partition(" ")[2]) for stored in fields.values()]
    return [
        {name: value for name, value in form.items() if name not in SECRET}
        for form in forms
        if isinstance(form, dict)
    ]


def plain(stored: str) -> Json | str:
    """Return a stored value as JSON if it is an object, and otherwise as it is."""
    try:
        found = decoded(stored) if stored.startswith("{") else stored
    except (NotJson, NotUsable):
        return stored
    return found if isinstance(found, dict) else stored


def camel(name: str) -> str:
    """Return the name of a table or a column as in JSON."""
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)
