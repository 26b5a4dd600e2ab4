"""Which parts of an email are attachments."""

from collections.abc import Iterator

from brain.email.model import Attachment
from brain.email.parse.mime import EmailText
from brain.email.parse.parts import HTML, PLAIN, REPORTS, Leaf, Node


def attachments(tree: Node, letter: EmailText) -> tuple[Attachment, ...]:
    """Return the attachments: what has a file name or is declared as one, and other parts that are
    neither texts nor alternatives of the text nor pictures in it.
    """
    return tuple(
        Attachment(
            name=leaf.name or _nameless(leaf.content_type),
            content_type=leaf.content_type,
            size=leaf.size,
        )
        for leaf, is_alternative in _leaves_with_place(tree)
        if _is_attachment(leaf, letter, is_alternative=is_alternative)
    )


def _leaves_with_place(tree: Node) -> Iterator[tuple[Leaf, bool]]:
    """Yield each leaf, and whether it is in a part that is an alternative of others."""
    waiting: list[tuple[Node, bool]] = [(tree, False)]
    while waiting:
        node, is_alternative = waiting.pop()
        if isinstance(node, Leaf):
            yield node, is_alternative
        else:
            inner = is_alternative or node.kind == "alternative"
            waiting += reversed([(part, inner) for part in node.parts])


def _is_attachment(leaf: Leaf, letter: EmailText, *, is_alternative: bool) -> bool:
    if leaf.content_id and leaf.content_id in letter.shown_pictures:
        return False
    if leaf.name or leaf.is_attached:
        return True
    kind = leaf.content_type
    is_picture = kind.startswith("image/") and bool(leaf.content_id)
    is_text = kind in (PLAIN, HTML, "text/rfc822-headers") or kind in REPORTS
    return not (leaf in letter.read or is_text or is_alternative or is_picture)


def _nameless(content_type: str) -> str:
    return {"text/calendar": "invite.ics", "message/rfc822": "message.eml"}.get(
        content_type, "unnamed"
    )
