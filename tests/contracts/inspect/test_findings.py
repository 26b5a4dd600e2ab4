"""Each finding of `python -m brain.inspect`, in a state that is planted for it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from brain.cloud.redis.scripts import Keys
from brain.inspect.model import FindingKind
from brain.preferences.model import Preferences, Quiet
from tests.contracts.inspect.stage import WORD, Findings, Planted, Site

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def dead_run(planted: Planted) -> None:
    await planted.begun(dies=True)


async def waiting_run(planted: Planted) -> None:
    await planted.begun(dies=True)
    await planted.called()


async def nothing(_: Planted) -> None:
    return None


PLANTS: Mapping[str, Callable[[Planted], Awaitable[Any]]] = {
    "answered": Planted.answered,
    "running": Planted.begun,
    "waitsForDecision": Planted.asked,
    "waitsForWakeUp": waiting_run,
    "leaseExpired": dead_run,
    "noWakeUp": dead_run,
    "endedWithError": lambda planted: planted.ended("modelKey"),
    "notHeard": Planted.ended,
    "held": Planted.noticed,
    "deadLetter": Planted.given_up,
    "budget": lambda planted: planted.ended("budget"),
    "noSuchUser": nothing,
}
KINDS = get_args(FindingKind.__value__)


def names(report: dict[str, Any]) -> list[str]:
    return [each["what"] for each in report["findings"]]


def one(report: dict[str, Any], what: str) -> dict[str, Any]:
    [finding] = [each for each in report["findings"] if each["what"] == what]
    return dict(finding)


@pytest.mark.parametrize("what", KINDS)
async def test_each_finding_is_found_where_it_is_planted(
    planted: Planted, found: Findings, what: str
) -> None:
    await PLANTS[what](planted)
    if what == "deadLetter":
        await planted.begun()  # somebody of whom only the queue knows is nobody

    report = await found(planted.user.id)

    assert what in names(report)
    assert report["code"] == (1 if what == "noSuchUser" else 0)
    assert all(each["next"] and each["says"] for each in report["findings"])
    assert report["unread"] == {}


async def test_a_brain_that_works_is_named_with_its_lease(
    planted: Planted, found: Findings
) -> None:
    await planted.begun()
    report = await found(planted.user.id)

    assert (report["state"], names(report)) == ("running", ["running"])
    finding = one(report, "running")
    assert finding["run"] == planted.run
    assert "Invocation h1 is the brain" in finding["says"]
    assert [each["seq"] for each in report["unanswered"]] == [1]


async def test_a_wake_up_on_the_queue_is_told_from_none(planted: Planted, found: Findings) -> None:
    await planted.begun(dies=True)
    without = await found(planted.user.id)
    await planted.called()
    with_one = await found(planted.user.id)

    assert (without["state"], names(without)) == ("expired", ["leaseExpired", "noWakeUp"])
    assert names(with_one) == ["leaseExpired", "waitsForWakeUp"]
    assert "/api/brainToBrain" in one(with_one, "waitsForWakeUp")["says"]


async def test_a_wake_up_of_another_run_does_not_count(site: Site, found: Findings) -> None:
    planted = site.user()
    await planted.called()
    await Planted(site=site, user=planted.user, store=planted.store, run="r7").begun(dies=True)

    assert "noWakeUp" in names(await found(planted.user.id))


async def test_a_run_between_two_invocations_waits_until_its_successor_is_late(
    site: Site, found: Findings
) -> None:
    early, late = site.user(), site.user()
    await early.handed_over()
    await late.handed_over(dies=True)

    in_time, overdue = await found(early.user.id), await found(late.user.id)
    assert (in_time["state"], names(in_time)) == ("handingOver", ["waitsForWakeUp"])
    assert (overdue["state"], names(overdue)) == ("overdue", ["leaseExpired", "noWakeUp"])


async def test_texts_whose_run_the_store_has_lost_are_found(
    planted: Planted, found: Findings
) -> None:
    await planted.begun()
    keys = Keys.of(planted.user.id)
    await planted.site.redis.execute(["DEL", keys.key("run")], limit_s=4)

    report = await found(planted.user.id)
    assert (report["state"], names(report)) == ("none", ["noWakeUp"])
    assert "lost" in one(report, "noWakeUp")["says"]


@pytest.mark.parametrize(
    ("because", "what", "word"),
    [
        ("modelKey", "endedWithError", "key"),
        ("modelQuota", "endedWithError", "credit"),
        ("modelName", "endedWithError", "BRAIN_MODEL"),
        ("loops", "endedWithError", "limit"),
        ("something newer", "endedWithError", "log"),
        ("budget", "budget", "midnight"),
        ("stopped", "answered", "Nothing"),
    ],
)
async def test_a_run_that_ended_early_says_why_and_what_to_do(
    planted: Planted, found: Findings, because: str, what: str, word: str
) -> None:
    await planted.ended(because)
    finding = one(await found(planted.user.id), what)
    assert word in finding["next"]
    assert finding["run"] == planted.run


async def test_an_answer_is_unheard_until_a_client_reports_it(
    planted: Planted, found: Findings
) -> None:
    await planted.answered()
    before = await found(planted.user.id)
    mark = {"type": "heard", "seq": 2, "how": "played"}
    assert (await planted.user.post("/api/control", json=mark)).status_code == 200
    after = await found(planted.user.id)

    assert names(before) == ["answered", "notHeard"]
    assert names(after) == ["answered"]
    assert "played to its end" in one(after, "answered")["says"]
    assert "it went into the response" in one(after, "answered")["says"]
    assert [run["state"] for run in after["runs"]] == ["done"]


async def test_whoever_speaks_again_has_the_answer_before(
    planted: Planted, found: Findings
) -> None:
    await planted.ended()
    await planted.store.store().admit(planted.store.arrival("Next", run="r2"))
    assert names(await found(planted.user.id)) == ["running"]


async def test_a_text_that_was_taken_back_needs_no_answer(
    planted: Planted, found: Findings
) -> None:
    await planted.begun()
    await planted.store.store().withdraw(planted.store.withdraw(f"A {WORD}."))

    report = await found(planted.user.id)
    assert (names(report), report["unanswered"]) == (["answered"], [])
    assert "taken the text back" in one(report, "answered")["says"]


async def test_a_question_names_its_tool_and_its_end(planted: Planted, found: Findings) -> None:
    await planted.asked()
    finding = one(await found(planted.user.id), "waitsForDecision")
    assert (finding["run"], "to send at seq 2" in finding["says"]) == (planted.run, True)


@pytest.mark.parametrize("why", ["a run is on", "the user is away", "quiet hours"])
async def test_notices_that_wait_say_why(planted: Planted, found: Findings, why: str) -> None:
    if why == "a run is on":
        await planted.begun()
    if why == "quiet hours":
        now = datetime.now(UTC)
        quiet = Quiet(
            start=(now - timedelta(hours=2)).time(), until=(now + timedelta(hours=2)).time()
        )
        preferences = planted.site.wiring.preferences
        assert preferences is not None
        await preferences.save(planted.user.id, Preferences(quiet=quiet, zone="UTC"))
        await planted.ended()
    await planted.noticed()

    finding = one(await found(planted.user.id), "held")
    assert why in finding["says"]
    assert "1 notices wait (email)" in finding["says"]


async def test_dead_letters_of_others_and_of_other_deployments_are_not_shown(
    site: Site, found: Findings
) -> None:
    planted, other = site.user(), site.user()
    await planted.begun()
    await other.given_up()
    await planted.given_up(at=site.env["QSTASH_URL"])
    assert names(await found(planted.user.id)) == ["running"]

    await planted.given_up()
    finding = one(await found(planted.user.id), "deadLetter")
    assert "/api/messages (wakeup) answered 405" in finding["says"]
    assert finding["run"] == planted.run


async def test_dead_letters_beyond_the_first_page_are_found(site: Site, found: Findings) -> None:
    planted, other = site.user(), site.user()
    await planted.begun()
    await planted.given_up()
    for _ in range(101):
        await other.given_up()
    assert "deadLetter" in names(await found(planted.user.id))


async def test_there_is_a_plant_for_each_finding() -> None:
    assert set(PLANTS) == set(KINDS)
