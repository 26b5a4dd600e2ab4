"""Says whether an element with these CSS properties can be seen.

Colours are not compared with backgrounds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

FULL_SIZE_PX = 16.0  # the usual size of a letter
LEAST_SIZE_PX = 2.0  # smaller letters cannot be read
LEAST_OPACITY = 0.1
FAR_PX = 1_000.0  # outside of every screen

_PX = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945}
_PX |= {"em": FULL_SIZE_PX, "rem": FULL_SIZE_PX, "ex": 8.0, "ch": 8.0}
_SHARES = frozenset({"%", "vw", "vh", "vmin", "vmax"})  # of the surrounding box or the screen
_SIZES = ("height", "max-height", "width", "max-width")
_KEPT_SPACE: Mapping[str, "Kept"] = {
    "pre": "all", "pre-wrap": "all", "break-spaces": "all", "pre-line": "lines",
}  # fmt: skip
_MOVED = frozenset({"absolute", "fixed", "relative"})
NAMES = frozenset(
    {"display", "visibility", "opacity", "mso-hide", "transform", "scale", "color", "font"}
    | {"font-size", "overflow", "overflow-x", "overflow-y", "clip", "clip-path", "position"}
    | {"left", "right", "top", "bottom", "margin-left", "margin-top", "text-indent", "filter"}
    | {"white-space", "content-visibility", "-webkit-clip-path", *_SIZES}
)

type CssToken = Any  # of tinycss2, without white space
type Values = Mapping[str, tuple[CssToken, ...]]
type Kept = Literal["", "lines", "all"]


class Look(Struct, frozen=True, kw_only=True):
    """What an element inherits: the size of letters in pixels, whether they can be seen, and which
    white space is kept.
    """

    size: float = FULL_SIZE_PX
    is_invisible: bool = False
    is_transparent: bool = False
    is_far: bool = False
    keeps: Kept = ""
    is_gone: bool = False
    """The element and all inside it cannot be seen, whatever is declared inside."""

    @property
    def is_seen(self) -> bool:
        """Whether text of the element can be seen."""
        hidden = self.is_gone or self.is_invisible or self.is_transparent or self.is_far
        return not hidden and self.size >= LEAST_SIZE_PX


def look_of(values: Values, parent: Look) -> Look:
    """Return how an element with these properties looks inside its parent."""
    words = {name: _word(value) for name, value in values.items()}
    look = replace(parent, is_gone=parent.is_gone or _is_gone(values, words))
    for name, value in values.items():
        word = words[name]
        if name == "font-size":
            look = replace(look, size=_size(value[:1], parent.size, look.size))
        elif name == "font":
            look = replace(look, size=_shorthand_size(value, parent.size, look.size))
        elif name == "visibility" and word not in ("", "inherit"):
            look = replace(look, is_invisible=word in ("hidden", "collapse"))
        elif name == "color" and word != "inherit":
            look = replace(look, is_transparent=_is_transparent(value))
        elif name == "text-indent":
            look = replace(look, is_far=abs(_length(value[:1]) or 0) >= FAR_PX)
        elif name == "white-space" and word not in ("", "inherit"):
            look = replace(look, keeps=_KEPT_SPACE.get(word, ""))
    return look


def _is_gone(values: Values, words: Mapping[str, str]) -> bool:
    return (
        words.get("display") == "none"
        or words.get("mso-hide") == "all"
        or words.get("content-visibility") == "hidden"
        or _share(values.get("opacity", ())) < LEAST_OPACITY
        or _is_without_room(values)
        or _is_clipped(values)
        or _is_outside(values, words.get("position", ""))
        or any(_is_moved_away(token) for token in values.get("transform", ()))
        or _is_nothing(values.get("scale", ()))
        or any(
            token.type == "function"
            and token.lower_name == "opacity"
            and _share(token.arguments) < LEAST_OPACITY
            for token in values.get("filter", ())
        )
    )


def _is_without_room(values: Values) -> bool:
    overflows = [values.get(name, ()) for name in ("overflow", "overflow-x", "overflow-y")]
    words = {token.lower_value for value in overflows for token in value if token.type == "ident"}
    if not words & {"hidden", "clip"}:
        return False
    sizes = [_length(values.get(name, ())[:1]) for name in _SIZES]
    return any(size is not None and abs(size) < LEAST_SIZE_PX for size in sizes)


def _is_clipped(values: Values) -> bool:
    shapes = (*values.get("clip", ()), *values.get("clip-path", ()))
    shapes += values.get("-webkit-clip-path", ())
    return any(
        _is_empty_shape(token.lower_name, list(filter(_is_length, token.arguments)))
        for token in shapes
        if token.type == "function"
    )


def _is_empty_shape(name: str, amounts: Sequence[CssToken]) -> bool:
    """Whether nothing is inside a shape of `clip` or `clip-path`."""
    lengths = [_length((each,)) for each in amounts]
    if name == "rect" and len(lengths) == 4:
        top, right, bottom, left = (length or 0.0 for length in lengths)
        return bottom - top < LEAST_SIZE_PX or right - left < LEAST_SIZE_PX
    if name == "inset":
        return any(each.type == "percentage" and each.value >= 50 for each in amounts)
    if name in ("circle", "ellipse"):
        return lengths[:1] == [0]
    return name == "polygon" and all(length == 0 for length in lengths)


def _is_outside(values: Values, position: str) -> bool:
    def far(name: str) -> float:
        value = values.get(name, ())[:1]
        if value and _unit(value[0]) in _SHARES:  # the whole width or height outside
            return value[0].value / 100 * FAR_PX  # type: ignore[no-any-return]
        return _length(value) or 0

    if min(far("margin-left"), far("margin-top")) <= -FAR_PX:
        return True
    sideways = max(abs(far("left")), abs(far("right")))
    upwards = min(far("top"), far("bottom"))
    return position in _MOVED and (sideways >= FAR_PX or upwards <= -FAR_PX)


def _is_moved_away(token: CssToken) -> bool:
    """Whether a part of `transform` shrinks the element to nothing or moves it outside."""
    if token.type != "function":
        return False
    amounts = [each for each in token.arguments if _is_length(each)]
    if token.lower_name.startswith("scale"):
        return _is_nothing(amounts[:2])
    if token.lower_name.startswith("translate"):
        return any(abs(_length((each,)) or 0) >= FAR_PX for each in amounts)
    return False


def _is_nothing(amounts: Sequence[CssToken]) -> bool:
    return any(_share((each,)) < 0.01 and _share((each,)) > -0.01 for each in amounts)


def _is_transparent(value: Sequence[CssToken]) -> bool:
    from tinycss2.color4 import parse_color

    try:
        color = parse_color(value[0]) if len(value) == 1 else None
    except (ValueError, TypeError, ArithmeticError):
        return False
    alpha = getattr(color, "alpha", 1)
    return alpha is not None and alpha < LEAST_OPACITY


def _size(value: Sequence[CssToken], parent: float, otherwise: float) -> float:
    """Return a font size in pixels."""
    if not value:
        return otherwise
    token = value[0]
    if token.type == "ident":
        relative = {"smaller": parent / 1.2, "larger": parent * 1.2, "inherit": parent}
        return relative.get(token.lower_value, FULL_SIZE_PX)
    if token.type == "percentage":
        return float(token.value / 100 * parent)
    if token.type == "dimension" and token.lower_unit == "em":
        return float(token.value * parent)
    if token.type == "dimension" and token.lower_unit in _SHARES:
        return float(token.value / 100 * FAR_PX)
    found = _length(value)
    return otherwise if found is None or found < 0 else found


def _shorthand_size(value: Sequence[CssToken], parent: float, otherwise: float) -> float:
    """Return the font size in the shorthand `font`: a length, or a 0 that is no weight."""
    for token in value:
        if token.type in ("dimension", "percentage") or (
            token.type == "number" and not token.value
        ):
            return _size((token,), parent, otherwise)
    return otherwise


def _length(value: Sequence[CssToken]) -> float | None:
    """Return a length in pixels; None for any other value, such as a percentage."""
    if not value or not _is_length(value[0]):
        return None
    token = value[0]
    if token.value == 0:
        return 0.0
    factor = _PX.get(_unit(token))
    return None if factor is None else float(token.value * factor)


def _share(value: Sequence[CssToken]) -> float:
    """Return a number or a percentage as a share of 1; 1 for any other value."""
    token = next((each for each in value if _is_length(each)), None)
    if token is None or token.type == "dimension":
        return 1.0
    return float(token.value / 100 if token.type == "percentage" else token.value)


def _is_length(token: CssToken) -> bool:
    return token.type in ("number", "dimension", "percentage")


def _unit(token: CssToken) -> str:
    return {"percentage": "%", "dimension": getattr(token, "lower_unit", "")}.get(token.type, "")


def _word(value: Sequence[CssToken]) -> str:
    return value[0].lower_value if len(value) == 1 and value[0].type == "ident" else ""
