"""Write the description of the HTTP interface, or check that it is up to date (`--check`)."""

import sys
from pathlib import Path

from local.openapi.document import document, text
from local.openapi.typescript import declarations
from local.services import ROOT

OPENAPI = ROOT / "brain" / "http" / "openapi.json"  # docs/openapi.json points to it
TYPES = ROOT / "public" / "wire.d.ts"


def files() -> dict[Path, str]:
    """The generated files and what is to stand in them."""
    return {OPENAPI: text(), TYPES: declarations(document())}


def main() -> int:
    """Return 1 if a file was not up to date and `--check` was given."""
    stale = [
        (file, content)
        for file, content in files().items()
        if not file.exists() or file.read_text() != content
    ]
    if "--check" in sys.argv[1:]:
        for file, _ in stale:
            print(f"{file.relative_to(ROOT)} is not up to date: run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for file, content in stale:
        file.write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
