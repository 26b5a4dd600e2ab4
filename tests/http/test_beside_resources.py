"""A function serves its own routes and those of the features, which it imports when asked."""

import httpx
import pytest

from brain.routes.control import control
from brain.routes.resources import beside_resources
from brain.wiring import Wiring
from tests.routes.virtual import JWT_SECRET, token

pytestmark = pytest.mark.asyncio(loop_scope="function")


def client() -> tuple[httpx.AsyncClient, Wiring]:
    wiring = Wiring({"BRAIN_JWT_SECRET": JWT_SECRET})
    app = beside_resources({"control": {"POST": control}}, wiring)
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://brain"), wiring


async def test_its_own_route_does_not_load_the_features() -> None:
    http, wiring = client()
    answer = await http.get("/api/control")
    assert answer.status_code == 405
    assert "features" not in vars(wiring)


@pytest.mark.parametrize("name", ["documents", "emails", "facts", "preferences", "rules"])
async def test_a_features_route_is_served_beside_it(name: str) -> None:
    http, _ = client()
    headers = {"Authorization": f"Bearer {token()}"}
    answer = await http.get(f"/api/{name}", headers=headers)
    assert answer.status_code == 404  # this deployment has no database
    assert "no database" in answer.json()["title"]
    assert (await http.get(f"/api/{name}")).status_code == 401


async def test_an_unknown_name_gets_the_first_route() -> None:
    http, _ = client()
    assert (await http.get("/api/somewhere")).status_code == 405
