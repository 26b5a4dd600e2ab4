"""The files of a folder that is imported, and the names that identify them."""

import os
import unicodedata
from collections.abc import Container, Iterator
from pathlib import Path

from brain.documents.files.kinds import ENDINGS

LEFT_OUT = {"node_modules", "__pycache__", "venv"}  # in addition to hidden folders such as .venv


def found(folder: Path) -> Iterator[Path]:
    """Yield the files of texts under the folder, sorted by name. Skips links."""
    for place, folders, files in folder.walk():
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in LEFT_OUT
        )
        for name in sorted(files):
            path = place / name
            wanted = path.suffix.lower() in ENDINGS and not name.startswith(".")
            # Reading a pipe or a device might never end; a link may lead out of the folder.
            if wanted and path.is_file() and not path.is_symlink():
                yield path


def identities(folder: Path, known: Container[str]) -> Iterator[tuple[Path, str]]:
    """Yield each file with the name that identifies it: the same in every location.

    Names that differ in any byte are different files, also where they look alike. `known` are the
    files of earlier imports, which were identified by the normalised name: such a file keeps it,
    unless another file has exactly that name.
    """
    names = {path: identity(folder, path) for path in found(folder)}
    taken = set(names.values())
    for path, name in names.items():
        normal = unicodedata.normalize("NFC", name)
        is_earlier = name not in known and normal in known and normal not in taken
        yield path, normal if is_earlier else name


def identity(folder: Path, path: Path) -> str:
    """Return folder and path. A name that is not UTF-8 becomes the hexadecimal form of its bytes,
    which has no slash and so equals no other name.
    """
    name = f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"
    return name if name == printable(name) else os.fsencode(name).hex()


def shown(folder: Path, path: Path) -> str:
    name = f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"
    return unicodedata.normalize("NFC", printable(name))


def printable(name: str) -> str:
    """Return a file name as text; bytes that are not UTF-8 become question marks."""
    return name.encode("utf-8", "replace").decode()
