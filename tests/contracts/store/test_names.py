"""Keys and arguments have names: a script refuses what it does not know or does not get."""

import pytest

from brain.cloud.redis.scripts import CALLER_LIMIT_S, Keys, Script, ScriptArguments, ScriptReply
from brain.errors import StoreUnreachable
from tests.contracts.store.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="package")

READ = Script("brain.cloud.redis.moves", "read", CALLER_LIMIT_S)
COMMIT = Script("brain.cloud.redis.moves", "commit", CALLER_LIMIT_S)


async def read(stage: Stage, arguments: ScriptArguments, *keys: str) -> ScriptReply:
    return await READ.run(stage.redis, Keys.of(stage.user).keys(*keys), arguments)


async def test_arguments_and_keys_may_come_in_any_order(stage: Stage) -> None:
    await stage.begin()
    for arguments in ({"since": 0, "count": 5}, {"count": 5, "since": 0}):
        for keys in (("run", "log"), ("log", "run")):
            assert (await read(stage, arguments, *keys)).number("seq") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        {"since": 0},
        {"since": 0, "count": 5, "limit": 5},
        {"since": "first", "count": 5},
        {},
    ],
    ids=["missing", "unknown", "not a number", "none"],
)
async def test_a_script_refuses_arguments_that_it_does_not_declare_or_does_not_get(
    stage: Stage, arguments: ScriptArguments
) -> None:
    with pytest.raises(StoreUnreachable):
        await read(stage, arguments, "run", "log")


async def test_a_script_that_refuses_its_arguments_changes_nothing(stage: Stage) -> None:
    admitted = await stage.begin()
    with pytest.raises(StoreUnreachable):
        await COMMIT.run(
            stage.redis,
            Keys.of(stage.user).keys("run", "log", "journal"),
            {"run": admitted.token.run_id, "fence": admitted.token.fence, "step": 0},
        )
    await stage.last(admitted.token)


async def test_a_script_refuses_to_run_without_one_of_its_keys(stage: Stage) -> None:
    questions = Script("brain.cloud.redis.moves", "question", CALLER_LIMIT_S)
    with pytest.raises(StoreUnreachable):
        await questions.run(stage.redis, Keys.of(stage.user).keys("run"), {"id": ""})
