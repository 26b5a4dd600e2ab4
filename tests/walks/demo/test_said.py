"""The keyless demo answers every sentence that README and docs invite to say.

A sentence to say stands in typographic quotes, or in straight quotes on a line that begins with
`Say` or `*`. The sentences of a page are said in their order, to the page's own user's brain: the
mailbox is theirs. A sentence without an expectation fails.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.walks.conftest import LIMIT_S, Person, Town, founded

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
# A long task takes a second for each step; here it has two.
SHORTER = (re.compile(r"\b\d+ steps\b"), "2 steps")
EXPECTED = {
    "Remember: my passport is in the blue drawer": "keep that in mind: my passport is in the blue",
    "Where is my passport?": "You told me: my passport is in the blue drawer",
    "What did Anna write?": "Anna Lindqvist.*Dinner on Friday",
    "Remind me at six to take the cake out": r"(?:06|18):00: take the cake out",
    "Remind me in 1 minute to call Anna": "in 1 minute",
    "Tell me when Anna writes": "tell you when Anna writes",
    "Do a long task of 12 steps": "all 2 steps",
    "What can you do?": "remember notes.*documents.*emails.*remind you",
    "Merk dir: Mein Fahrrad steht im Keller": "Ich merke es mir: Mein Fahrrad steht im Keller",
    "Wo steht mein Fahrrad?": "Du hast mir gesagt: Mein Fahrrad steht im Keller",
    "Reply to Anna: Friday at seven is perfect.": "Friday at seven is perfect",
    "Yes, but make it eight": "Friday at eight is perfect",
    "Send three helpers to look for hotels, trains and museums": "Three are on the way",
    "How far are they?": r"\d of 3 are done",
    "Tell the second one to look at breakfast": "look at breakfast|told it|has ended|did not work",
    "Stop the hotels": "Stopped: (?:the )?hotels|did not work",
    "What did they find?": "no report yet|Report|of 3|hotels|museums",
    "Let two argue about the van": "They are talking",
    "Make a rehearsal of that": "being rehearsed",
    "Enough": "Stopped|Nobody is at work",
    "Lass zwei darüber streiten": "Sie reden darüber",
    "Mach eine Probe daraus": "Es wird geprobt",
    "Genug": "Angehalten|Nobody is at work",
}
NEVER = re.compile(r"I found nothing|The search gave|^\s*[\[{]|\"\w+\":|Remember: .* What can you")


def invited(page: Path) -> list[str]:
    """The sentences that a page invites to say."""
    found: list[str] = []
    for line in CODE.sub("", page.read_text("utf-8")).splitlines():
        quotes = r"“([^”]+)”" + (r'|"([^"]+)"' if re.match(r"\s*(?:Say\b|\*)", line) else "")
        found += [
            "".join(quoted) for quoted in (match.groups("") for match in re.finditer(quotes, line))
        ]
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """What `make dev` runs on a new machine, with invocations of full length."""
    async with founded(tmp_path_factory.mktemp("demo"), {}) as town:
        await arrive(town)
        yield town


async def arrive(town: Town) -> None:
    """Open the page: its session has the mailbox read. Wait until the emails are there."""
    assert (await town.http.post("/api/session", json={})).status_code == 200
    owner = town.person("owner")
    async with asyncio.timeout(LIMIT_S):
        while not (await owner.get("/api/emails")).json()["emails"]:  # noqa: ASYNC110 - HTTP
            await asyncio.sleep(0.05)


async def say(person: Person, text: str) -> str:
    """Say it, and return the last words of the run."""
    answer = await person.post("/api/voiceToBrain", {"text": text})
    assert answer.status_code == 200, answer.text
    message: dict[str, Any] = await person.answer(answer.json())
    return str(message["text"])


async def test_pages_invite_to_say_something_and_each_sentence_has_an_expectation() -> None:
    found = {sentence for page in PAGES for sentence in invited(page)}
    assert found == EXPECTED.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_what_a_page_invites_to_say_is_answered(page: Path, town: Town) -> None:
    owner = town.person("owner")
    for job in (await owner.get("/api/jobs")).json()["jobs"]:  # of the page before
        await owner.post(f"/api/jobs/{job['jobId']}/stop", {})
    for sentence in invited(page):
        told = await say(owner, SHORTER[0].sub(SHORTER[1], sentence))
        assert re.search(EXPECTED[sentence], told, re.DOTALL | re.IGNORECASE), (sentence, told)
        assert not NEVER.search(told), (sentence, told)
