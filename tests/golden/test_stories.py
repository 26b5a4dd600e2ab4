"""The scripts: the same calls have the same effects on the same keys, whatever the keys were
written by.
"""

import pytest

from tests.golden.forms import parse_update
from tests.golden.keeps import Keep
from tests.golden.stories import STORIES
from tests.golden.telling import seen, tell_all, tell_from
from tests.golden.text import DATA, load

pytestmark = pytest.mark.asyncio(loop_scope="package")

GOLDEN = {name: load(f"stories/{name}") for name in STORIES}
PLACES = [(name, place) for name, story in STORIES.items() for place in range(len(story))]


@pytest.mark.parametrize("name", STORIES)
async def test_a_story_comes_out_as_before(keep: Keep, name: str) -> None:
    telling = await tell_all(keep, STORIES[name])
    assert telling == [seen(told, keep) for told in GOLDEN[name]]


@pytest.mark.parametrize(("name", "place"), PLACES)
async def test_a_story_goes_on_from_what_older_code_has_left(
    keep: Keep, name: str, place: int
) -> None:
    told = await tell_from(keep, STORIES[name], place, GOLDEN[name])
    assert told == seen(GOLDEN[name][place], keep)


async def test_every_story_is_told() -> None:
    assert {path.stem for path in (DATA / "stories").iterdir()} == set(STORIES)


async def test_the_news_of_the_scripts_are_understood() -> None:
    news = [one for telling in GOLDEN.values() for told in telling for one in told["news"]]
    assert news
    assert None not in map(parse_update, news)
