"""Which names the ear is told: those of the user's own documents and of people they write to."""

import asyncio

import httpx
import pytest
from msgspec.structs import replace

from brain.cloud.postgres.database import Postgres
from brain.email.model import Address, Folder
from brain.email.postgres import PostgresEmails
from brain.voice.audio.services import NAMES_S, AudioServices
from brain.wiring import Wiring
from local.engines import postgres
from tests.fakes.email import an_email
from tests.routes.stage import User
from tests.voice.audio.conftest import Stage
from tests.voice.audio.test_upload import OPUS, PATH, TAKE

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def upload(http: httpx.AsyncClient, user: User) -> httpx.Response:
    headers = {"Content-Type": OPUS, **user.headers}
    return await http.post(PATH, params={"only": "text"}, content=TAKE, headers=headers)


async def test_an_ear_is_told_the_users_names_and_nobody_elses(
    stage: Stage, user: User, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = stage.deployment.user()
    async with (
        postgres(tmp_path_factory.mktemp("postgres")) as engine,
        stage.deployment.changed(DATABASE_URL=engine.url) as http,
    ):
        for who, title, typed in (
            (user, "Trip to Rome", True),
            (user, "From a stranger", False),
            (other, "Not mine", True),
        ):
            body = {"title": title, "body": "text", "typed": typed}
            await http.post("/api/documents", json=body, headers=who.headers)
        database = Postgres(engine.url)
        tomas = Address(name="Tomas Berg", address="tomas@berg.example")
        sent = an_email(folder=Folder.SENT, to=(tomas,))
        received = replace(an_email("email2"), sender=Address(name="Eve", address="e@e.example"))
        await PostgresEmails(database).store(user.id, [sent, received])
        await database.close()
        assert (await upload(http, user)).status_code == 200
    [asked] = stage.server.asked
    named = asked.fields["keywords[]"]
    assert sorted(named) == ["Tomas Berg", "Trip to Rome"]


async def test_names_that_take_too_long_are_left_out() -> None:
    async def slow(user_id: str) -> list[str]:
        await asyncio.sleep(NAMES_S * 10)
        return ["Anna Lee"]

    assert list(await AudioServices(Wiring({}), slow).names("anna")) == []


async def test_a_take_is_heard_although_the_names_cannot_be_read(stage: Stage, user: User) -> None:
    away = "postgresql://nobody@127.0.0.1:9/none"
    async with stage.deployment.changed(DATABASE_URL=away) as http:
        assert (await upload(http, user)).json()["heard"] == stage.server.text
    assert "keywords[]" not in stage.server.asked[0].fields
