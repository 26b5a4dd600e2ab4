"""One codec for what is stored, recorded and sent: its form follows from the frozen dataclass."""

from brain.codec.form import Form, OneOf, Stored
from brain.codec.marks import AS_TEXT, EMPTY_AS_NULL, MILLISECONDS, NEEDED, SPARSE, Named
from brain.codec.text import Json, clean, dumps, fingerprint, iso, iso_ms

__all__ = [
    "AS_TEXT",
    "EMPTY_AS_NULL",
    "MILLISECONDS",
    "NEEDED",
    "SPARSE",
    "Form",
    "Json",
    "Named",
    "OneOf",
    "Stored",
    "clean",
    "dumps",
    "fingerprint",
    "iso",
    "iso_ms",
]
