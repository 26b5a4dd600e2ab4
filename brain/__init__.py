"""The backend of the assistant."""

# `brain/commands` holds programs of one file. `python -m brain.NAME` finds them too.
__path__ = [*__path__, f"{__path__[0]}/commands"]
