"""Rules that others may have worded: what they can cause."""

import pytest

from brain.events.model import Event
from brain.preferences.model import Preferences
from brain.run.messages import Speak
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import words
from tests.fakes.wishes import FakeWishes
from tests.fakes.world import World
from tests.notices.stage import an_email, arrives, comes, notifications


@pytest.mark.parametrize(
    ("own", "theirs", "said"),
    [
        ('{"speak": true, "words": "Own."}', '{"speak": true, "words": "Theirs."}', ("Own", True)),
        ('{"speak": false}', '{"speak": true, "words": "Theirs."}', ("Theirs", False)),
        ('{"speak": true, "words": "Own."}', '{"speak": false}', ("Own", True)),
        ('{"speak": false}', '{"speak": false}', None),
    ],
)
@in_virtual_time
async def test_a_foreign_rule_can_only_make_a_notice_told_never_urgent(
    own: str, theirs: str, said: tuple[str, bool] | None
) -> None:
    wishes = FakeWishes()
    await wishes.save("anna", Preferences(emails="rules"))
    for n, foreign in enumerate((False, True)):
        await wishes.add_rule(
            "anna", about=f"rule {n}", judge=True, urgent=True, foreign=foreign, key=str(n)
        )
    world = World([words(own), words(theirs)], wishes=wishes)
    await comes(world)
    await arrives(world, an_email("1"))
    told = await notifications(world)
    assert len(world.model.prompts) == 2
    if said is None:
        assert told == []
    else:
        (message,) = told
        assert said[0] in message.text
        assert (message.speak is Speak.NOW) is said[1]


@pytest.mark.parametrize("foreign", [False, True])
@in_virtual_time
async def test_words_by_a_foreign_rule_make_a_notice_of_the_users_own_foreign(
    foreign: bool,
) -> None:
    wishes = FakeWishes()
    await wishes.add_rule("anna", about="the oven", judge=True, urgent=True, key="1")
    if foreign:
        wishes.lose_marks("anna")
    world = World([words('{"speak": true, "words": "The oven is hot."}')], wishes=wishes)
    await comes(world)
    due = Event(id="r", kind="reminder", at=world.clock.utc(), text="The oven.", foreign=False)
    await world.happen(due)
    (message,) = await notifications(world)
    assert ("The oven is hot." in message.text, message.foreign) == (True, foreign)
