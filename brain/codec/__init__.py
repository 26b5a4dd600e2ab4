"""One codec for stored forms, wire forms and the journal.

A form is derived from a struct: fields become JSON properties in camelCase. So a new
field is declared once, and old stored forms still load if the field has a default.
"""

from brain.codec.foreign import NotJson, NotUsable, decoded, usable
from brain.codec.form import Form, OneOf, Stored, note_unreadable
from brain.codec.marks import (
    AS_TEXT,
    EMPTY_AS_NULL,
    MILLISECONDS,
    NEEDED,
    SPARSE,
    Lacking,
    Named,
)
from brain.codec.text import Json, clean, dumps, fingerprint, iso, iso_ms

__all__ = [
    "AS_TEXT",
    "EMPTY_AS_NULL",
    "MILLISECONDS",
    "NEEDED",
    "SPARSE",
    "Form",
    "Json",
    "Lacking",
    "Named",
    "NotJson",
    "NotUsable",
    "OneOf",
    "Stored",
    "clean",
    "decoded",
    "dumps",
    "fingerprint",
    "iso",
    "iso_ms",
    "note_unreadable",
    "usable",
]
