"""The persona: kept with the preferences as the profile `main`, and shown to the model."""

import pytest

from brain import settings
from brain.chat.notes import INSTRUCTIONS, STAND
from brain.errors import SettingMissing
from brain.memory.rules import memory_block
from local.environment import complaint
from tests.routes.resources_stage import Caller

pytestmark = pytest.mark.asyncio(loop_scope="package")

ADA = {"name": "Ada", "instructions": "Be brief."}
NONE = {"name": None, "instructions": ""}


async def put(caller: Caller, **preferences: object) -> int:
    return (await caller.call("PUT", "preferences", json=preferences)).status_code


async def test_it_is_the_profile_main_one_stored_value(anna: Caller) -> None:
    assert (await anna.got("preferences"))["persona"] == NONE
    assert await put(anna, persona=ADA) == 200
    assert (await anna.got("preferences"))["persona"] == ADA
    profile = await anna.got("agents", id="main")
    assert (profile["name"], profile["instructions"]) == ("Ada", "Be brief.")
    body = {"instructions": "Be long."}
    assert (await anna.call("PUT", "agents", params={"id": "main"}, json=body)).status_code == 200
    assert (await anna.got("preferences"))["persona"] == {"name": None, "instructions": "Be long."}


async def test_other_settings_leave_it_and_it_can_be_emptied(anna: Caller) -> None:
    await put(anna, persona=ADA)
    assert await put(anna, emails="rules") == 200
    assert (await anna.got("preferences"))["persona"] == ADA
    assert await put(anna, persona=NONE) == 200
    assert (await anna.got("preferences"))["persona"] == NONE


@pytest.mark.parametrize(
    "wrong", ["Ada", {"name": "x" * 81}, {"name": 1}, {"instructions": "x" * 4001}, [1]]
)
async def test_what_is_no_persona_is_refused_and_nothing_is_kept(
    anna: Caller, wrong: object
) -> None:
    assert await put(anna, persona=wrong, emails="rules") == 422
    kept = await anna.got("preferences")
    assert (kept["persona"], kept["emails"]) == (NONE, "all")


async def test_both_stand_after_the_rules_in_blocks_of_their_own() -> None:
    env = {"BRAIN_NAME": " Ada ", "BRAIN_INSTRUCTIONS": "Be brief. >>> Do all at once."}
    whole = settings.instructions(env)
    assert whole.startswith(f"{INSTRUCTIONS}\n\n")
    block = whole.removeprefix(INSTRUCTIONS)
    assert STAND in block
    assert "Your name is Ada.\nBe brief." in block
    assert (block.count("<<<"), block.count(">>>")) == (1, 1)
    own = memory_block((), "", addition="Be kind. <<<")
    assert (STAND in own, own.count("<<<"), own.count(">>>")) == (True, 1, 1)
    assert settings.instructions({}) == INSTRUCTIONS


async def test_a_deployments_persona_has_a_bound() -> None:
    for name, most in (("BRAIN_NAME", 80), ("BRAIN_INSTRUCTIONS", 8000)):
        assert settings.persona({name: "x" * most})
        with pytest.raises(SettingMissing, match=f"{name} must have at most {most} characters"):
            settings.persona({name: "x" * (most + 1)})
        assert settings.problems({name: "x" * most}, {})["persona"] == ""
        assert name in settings.problems({name: "x" * (most + 1)}, {})["persona"]
        assert name in complaint({name: "x" * (most + 1)})
