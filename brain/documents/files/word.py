"""The text in the XML of a Word document, as Markdown. No I/O.

The names are those of WordprocessingML (ECMA-376, part 1, 17). What a reader does not see is left
out: deleted and hidden text, instructions of fields, and the second copy of what newer programs
draw in another way.
"""

import re
from collections.abc import Mapping

# Transitional, as all programs write it, and strict.
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_UNSEEN = {"del", "moveFrom", "Fallback"}
_OFF = {"0", "false", "off"}
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_HEADING = re.compile(r"heading ([1-6])", re.IGNORECASE)


def word_name(name: str) -> str:
    """Return the name of an element or an attribute; empty if it is not one of Word's."""
    if name == _FALLBACK:
        return "Fallback"
    namespace, _, local = name.rpartition(" ")
    return local if f"{namespace} " in _WORD else ""


def word_value(attributes: Mapping[str, str], wanted: str) -> str:
    """Return the value of one of Word's attributes; empty if it is missing."""
    return next((v for name, v in attributes.items() if word_name(name) == wanted), "")


class WordStyles:
    """Reads which styles of paragraphs are headings. Their ids differ between languages."""

    def __init__(self) -> None:
        self.headings: dict[str, str] = {}
        """The marks of a Markdown heading, by the style's id."""
        self._id = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        match word_name(name):
            case "style":
                self._id = word_value(attributes, "styleId")
            case "name":
                known = word_value(attributes, "val")
                if level := _HEADING.fullmatch(known):
                    self.headings[self._id] = "#" * int(level[1]) + " "
                elif known.lower() == "title":
                    self.headings[self._id] = "# "
            case _:
                pass


class _Paragraph:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.mark = ""


class WordText:
    """Collects the text, element by element."""

    def __init__(self, headings: Mapping[str, str]) -> None:
        self.size = 0  # characters so far
        self._headings = headings
        self._lines: list[str] = []
        self._places: list[list[str]] = [self._lines]  # text, rows and cells that are open
        self._paragraphs: list[_Paragraph] = []  # open: one in another is a text box
        self._runs: list[bool] = []  # open: whether each is hidden
        self._unseen = 0  # open elements whose content is left out
        self._properties = 0  # open properties of paragraphs: they say nothing about a run
        self._in_text = False

    def text(self) -> str:
        """Return the text so far. Rows and points of a list follow each other line by line."""
        while len(self._places) > 1:  # the document ended in the middle of a table
            rest = self._places.pop()
            self._places[-1].append(" | ".join(filter(None, rest)))
        parts: list[str] = []
        before = ""
        for line in self._lines:
            if not line.strip(" |"):
                continue
            is_tight = _is_point(line) and _is_point(before)
            parts.append(("\n" if is_tight else "\n\n") + line if before else line)
            before = line
        return "".join(parts)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        local = word_name(name)
        if local in _UNSEEN:
            self._unseen += 1
        elif self._unseen:
            return
        elif local in ("tr", "tc"):
            self._places.append([])
        elif local in _MARKS and self._runs and not self._properties:
            self._add(_MARKS[local])
        else:
            self._begin(local, attributes)

    def _begin(self, local: str, attributes: dict[str, str]) -> None:
        match local:
            case "p":
                self._paragraphs.append(_Paragraph())
            case "r":
                self._runs.append(False)
            case "t":
                self._in_text = True
            case "pPr":
                self._properties += 1
            case "pStyle" if self._paragraphs:
                mark = self._headings.get(word_value(attributes, "val"), "")
                self._paragraphs[-1].mark = mark or self._paragraphs[-1].mark
            case "numPr" if self._paragraphs and not self._paragraphs[-1].mark:
                self._paragraphs[-1].mark = "- "
            case "vanish" if self._runs and not self._properties:
                self._runs[-1] = word_value(attributes, "val") not in _OFF
            case _:
                pass

    def data(self, text: str) -> None:
        """Take characters."""
        if self._in_text and not self._unseen:
            self._add(text)

    def end(self, name: str) -> None:
        """Take the end of an element."""
        local = word_name(name)
        if local in _UNSEEN:
            self._unseen -= 1
        elif self._unseen:
            return
        match local:
            case "p":
                self._end_paragraph()
            case "tc":
                self._close(" ")
            case "tr":
                self._close(" | ")
            case "r" if self._runs:
                self._runs.pop()
            case "t":
                self._in_text = False
            case "pPr":
                self._properties -= 1
            case _:
                pass

    def _end_paragraph(self) -> None:
        done = self._paragraphs.pop()
        if text := "".join(done.parts).strip():
            self._places[-1].append(done.mark + text if len(self._places) == 1 else text)

    def _close(self, between: str) -> None:
        done = self._places.pop()
        line = between.join(" ".join(part.split()) for part in done)
        is_row_of_text = between != " " and len(self._places) == 1
        self._places[-1].append(f"| {line} |" if is_row_of_text else line)

    def _add(self, text: str) -> None:
        if self._paragraphs and not any(self._runs):
            self._paragraphs[-1].parts.append(text)
            self.size += len(text)


def _is_point(line: str) -> bool:
    return line.startswith(("- ", "| "))
