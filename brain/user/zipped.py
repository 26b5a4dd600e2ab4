"""Writes a ZIP file piece by piece, so that it never has to be in memory."""

import io
from collections.abc import AsyncIterator
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PIECE_BYTES = 64 * 1024  # of the response, at least; the last one is shorter


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken. It cannot be read or repositioned."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]  # any buffer, as in the standard library
        self._kept += given
        return len(given)

    def __len__(self) -> int:
        return len(self._kept)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken, self._kept = bytes(self._kept), bytearray()
        return taken


class Zipped:
    """A ZIP file. Each method yields the pieces of it that are ready."""

    def __init__(self, at: datetime) -> None:
        """`at` is the time of its files."""
        self._at = at.timetuple()[:6]
        self._sink = _Sink()
        self._file = ZipFile(self._sink, "w", ZIP_DEFLATED)

    async def add(self, name: str, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Add a file of these parts."""
        info = ZipInfo(name, self._at)
        info.compress_type = ZIP_DEFLATED
        with self._file.open(info, "w", force_zip64=True) as file:
            async for part in parts:
                file.write(part)
                if len(self._sink) >= PIECE_BYTES:
                    yield self._sink.take()

    def end(self) -> bytes:
        """Write the list of files, and return the last piece."""
        self._file.close()
        return self._sink.take()


async def whole(text: str) -> AsyncIterator[bytes]:
    """Yield a text as one part."""
    yield text.encode()
