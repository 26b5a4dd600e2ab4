"""Puts tool calls together from their fragments. Pure.

Normally only the first fragment of a call has an id and a name, and the others have its `index`.
But some servers repeat id and name in each fragment, some number all calls 0, some leave out the id
or the index, and some send a whole call at once.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from brain.cloud.model.arguments import argument_piece, argument_texts, is_object, tool_name
from brain.cloud.model.carried import merged
from brain.cloud.model.speech import Growth
from brain.cloud.model.values import as_index, as_object, as_text
from brain.codec import Json
from brain.errors import ModelUnavailable
from brain.run.ports import Delta

MAX_ARGUMENT_CHARS = 256 * 1024  # for all calls together; a long document has 100,000
MAX_CALLS = 128  # in one answer; the engine runs far fewer
KNOWN_FIELDS = frozenset({"index", "id", "type", "function"})
KNOWN_FUNCTION_FIELDS = frozenset({"name", "arguments"})


class Fragments(Struct, kw_only=True, eq=False):
    """A tool call as received so far. `extra` are its fields that we do not know."""

    id: str
    name: str = ""
    extra: Json = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    growth: Growth = field(default_factory=Growth)

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)


class Call(Struct, frozen=True, kw_only=True):
    """A tool call that is put together, with a provider's id or none."""

    id: str
    name: str
    arguments: str
    extra: Json = field(default_factory=dict)


class _Fragment(Struct, frozen=True, kw_only=True):
    """One fragment. `place` is what stands for its call: the index, or None without one."""

    place: object
    id: str
    name: str
    piece: str
    extra: Json


class Calls:
    """The calls of one choice. `offered` are the tools of the request, by name."""

    def __init__(self, offered: Mapping[str, Json], *, first: int = 0) -> None:
        """`first` is the index that listeners are told for the first call."""
        self._offered = offered
        self._first = first
        self._all: list[Fragments] = []
        self._by_place: dict[object, Fragments] = {}
        self._chars = 0

    def __len__(self) -> int:
        return len(self._all)

    @property
    def next_number(self) -> int:
        """The index that listeners are told for a further call."""
        return self._first + len(self._all)

    def feed(self, fragments: list[Json], *, legacy: bool = False) -> list[Delta]:
        """Add the fragments of one chunk. Raises ModelUnavailable if there are too many.

        `legacy`: they come from `function_call`, of which an answer has one.
        """
        touched: list[Fragments] = []
        deltas: list[Delta] = []
        for given in fragments:
            fragment = self._read(given, "legacy" if legacy else as_index(given.get("index")))
            call = self._call_of(fragment, touched)
            touched.append(call)
            deltas += self._add(call, fragment)
        return deltas

    def end(self) -> list[Call]:
        """Return the calls. A call whose arguments are several objects is several calls."""
        done: list[Call] = []
        for call in self._all:
            call.pieces.append(call.growth.end())
            if not call.name and not call.arguments.strip():
                continue  # a fragment without any content
            first, *more = argument_texts(call.arguments)
            name = call.name or "unknown"
            done.append(Call(id=call.id, name=name, arguments=first, extra=call.extra))
            done += [Call(id="", name=name, arguments=text) for text in more]
        return done[:MAX_CALLS]

    def _add(self, call: Fragments, fragment: _Fragment) -> list[Delta]:
        number = self._first + self._all.index(call)
        call.id = call.id or fragment.id
        merged(call.extra, fragment.extra)
        piece = call.growth.feed(fragment.piece)
        self._chars += len(piece)
        if self._chars > MAX_ARGUMENT_CHARS:
            raise ModelUnavailable(f"the tool calls have more than {MAX_ARGUMENT_CHARS} characters")
        deltas = []
        if fragment.name and fragment.name != call.name:
            call.name = fragment.name if not call.name else self._joined(call, fragment.name)
            deltas.append(Delta(kind="action", text=call.name, call=number))
        if piece:
            call.pieces.append(piece)
            deltas.append(Delta(kind="arguments", text=piece, call=number))
        return deltas

    def _call_of(self, fragment: _Fragment, touched: list[Fragments]) -> Fragments:
        """Return the call that a fragment belongs to: a known one or a new one."""
        known = self._known(fragment)
        if known and self._continues(known, fragment, is_touched=known in touched):
            return known
        if len(self._all) >= MAX_CALLS:
            raise ModelUnavailable(f"the answer has more than {MAX_CALLS} tool calls")
        call = Fragments(id=fragment.id)
        self._all.append(call)
        self._by_place[fragment.place] = call
        return call

    def _known(self, fragment: _Fragment) -> Fragments | None:
        if fragment.place is not None:
            return self._by_place.get(fragment.place)
        last = self._all[-1] if self._all else None
        if not fragment.id:
            return last
        same = next((call for call in self._all if call.id == fragment.id), None)
        return (
            same
            or (last if last and not last.id else None)
            or (last if not fragment.name else None)
        )

    def _continues(self, known: Fragments, fragment: _Fragment, *, is_touched: bool) -> bool:
        """Whether a fragment is a part of the call that its place or its id names."""
        if fragment.id and known.id and fragment.id != known.id:
            # A call has a name. Without one, and in the middle of an object, only the id is new.
            is_open = bool(known.arguments) and not is_object(known.arguments)
            return not fragment.name and bool(fragment.piece) and is_open
        if not fragment.name or not known.name:
            return True
        if fragment.name != known.name:
            return bool(self._joined(known, fragment.name))
        if fragment.id and fragment.id == known.id:
            return not (is_touched and is_object(known.arguments))
        is_closed = is_object(known.arguments)
        if is_closed and known.arguments.strip() == "{}" and not is_touched:
            return True  # a placeholder
        return not (is_closed and (fragment.place is None or is_touched))

    def _joined(self, known: Fragments, name: str) -> str:
        """Return the tool's name if it arrives in pieces; empty if `name` is another one."""
        if known.arguments or known.name in self._offered:
            return ""
        whole = name if name.startswith(known.name) else known.name + name
        return whole if whole in self._offered else ""

    def _read(self, given: Json, place: object) -> _Fragment:
        inner = as_object(given.get("function"))
        function = inner or given  # some servers leave this level out
        known = KNOWN_FIELDS if inner else KNOWN_FIELDS | KNOWN_FUNCTION_FIELDS
        more = {key: inner[key] for key in inner.keys() - KNOWN_FUNCTION_FIELDS}
        return _Fragment(
            place=place,
            id=as_text(given.get("id")),
            name=tool_name(as_text(function.get("name")).strip(), self._offered),
            piece=argument_piece(function.get("arguments")),
            extra={
                **{key: given[key] for key in given.keys() - known},
                **({"function": more} if more else {}),
            },
        )
