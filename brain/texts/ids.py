"""User ids: which texts can be one, and which are reserved for minds."""

import unicodedata

MAX_USER_CHARS = 256
MIND = "mind:"
RESERVED = f"must not begin with {MIND}"


def is_mind_id(text: str) -> bool:
    """Whether a user id is reserved. No caller may have such an id: it would be another mind's."""
    return text.startswith(MIND)


def is_user_id(text: str) -> bool:
    """Whether a text can be a user id: not empty, not too long, and every store can keep it."""
    if not 0 < len(text) <= MAX_USER_CHARS:
        return False
    return text.isprintable() or all(unicodedata.category(x) not in ("Cc", "Cs") for x in text)
