"""The features of a platform, and what all of them do."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from brain.errors import SettingMissing
from brain.feature import Feature, Resources
from brain.http.edge import not_set_up

if TYPE_CHECKING:
    from brain.preferences.ports import PersonaStore


def offered[T](make: Callable[[], Sequence[T]]) -> Sequence[T]:
    """Return what a feature offers. With wrong settings of its own it offers nothing and the log
    names them: the other features go on.
    """
    try:
        return make()
    except SettingMissing as error:
        not_set_up(error)
        return ()


class Together:
    """The features of a platform, and what all of them do, one after the other."""

    _features: tuple[str, ...]

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The features, in the order of their names."""
        modules = (import_module(f"brain.{name}.feature") for name in self._features)
        return tuple(module.feature(self) for module in modules)

    @cached_property
    def resources(self) -> Resources:
        """The routes of the user's own resources, by name and method."""
        return {name: of for each in self.features for name, of in each.resources().items()}

    @cached_property
    def polled(self) -> Resources:
        """The features' routes that pages poll, by name and method."""
        return {name: of for each in self.features for name, of in each.polled().items()}

    async def played(self, user_id: str, text: str) -> None:
        """Tell the features that the user has heard a message to its end."""
        for act in filter(None, (each.played for each in self.features)):
            await act(user_id, text)

    async def addition(self, user_id: str) -> str:
        """Return what the user adds to the brain's instructions. Raises DatabaseUnreachable."""
        found = [await each.addition(user_id) for each in self.features if each.addition]
        return "\n\n".join(text for text in found if text)

    @property
    def personas(self) -> "PersonaStore | None":
        """The store of what the user wants the brain to be."""
        made = filter(None, (each.personas for each in self.features))
        return next((make() for make in made), None)

    async def known(self, user_id: str) -> str:
        """Return what is known about the user, as text for a model. Raises DatabaseUnreachable."""
        found = [await each.known(user_id) for each in self.features if each.known]
        return "\n\n".join(text for text in found if text)

    async def addition_changed(self, user_id: str) -> None:
        """Tell the features that this user's addition has changed. Raises StoreUnreachable."""
        for changed in filter(None, (each.preferences_changed for each in self.features)):
            await changed()(user_id)

    async def on_session(self, user_id: str) -> None:
        """Let features act when a page begins a session."""
        for act in filter(None, (each.on_session for each in self.features)):
            await act(user_id)

    async def stand_ins(self, user_id: str) -> Sequence[str]:
        """Return the ids that take the place of this user's id. Raises DatabaseUnreachable."""
        found = [await each.stand_ins(user_id) for each in self.features if each.stand_ins]
        return [id for some in found for id in some]

    async def erasing(self, user_id: str) -> Collection[str]:
        """End what would go on, and return which messages of the queue must stay."""
        found = [await each.erasing(user_id) for each in self.features if each.erasing]
        return {word for some in found for word in some}

    async def erased(self, user_id: str) -> None:
        """Tell the features that everything of this user is erased. Raises Unreachable."""
        for act in filter(None, (each.erased for each in self.features)):
            await act(user_id)
