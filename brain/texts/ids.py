"""User ids that are reserved: those of minds, which only the brain itself makes."""

MIND = "mind:"
RESERVED = f"must not begin with {MIND}"


def is_mind_id(text: str) -> bool:
    """Whether a user id is reserved. No caller may have such an id: it would be another mind's."""
    return text.startswith(MIND)
