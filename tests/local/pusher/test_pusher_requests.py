"""What the channel server's HTTP API accepts and refuses, tested with values."""

from __future__ import annotations

import json

import pytest

from local.pusher.conversation import Credentials
from local.pusher.hub import Event
from local.pusher.requests import (
    Call,
    RequestRefused,
    check_signature,
    parse_batch,
    parse_trigger,
    string_to_sign,
)

# The worked example in the vendor's HTTP API reference, unchanged.
EXAMPLE = Credentials(app_id="3", key="278d425bdf160c739803", secret="7ad3773142a6692b25b8")
EXAMPLE_TIME = 1353088179
EXAMPLE_CALL = Call(
    method="POST",
    path="/apps/3/events",
    names={"app_id": "3"},
    query=(
        ("auth_key", EXAMPLE.key),
        ("auth_timestamp", str(EXAMPLE_TIME)),
        ("auth_version", "1.0"),
        ("body_md5", "ec365a775a4cd0599faeb73354201b6f"),
        (
            "auth_signature",
            "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c",
        ),
    ),
    body=b'{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}',
)


def test_the_vendors_own_example_of_a_signature_is_accepted() -> None:
    check_signature(EXAMPLE_CALL, EXAMPLE, EXAMPLE_TIME + 600)


def test_names_are_signed_in_lower_case_and_in_order() -> None:
    call = Call(method="GET", path="/p", names={}, query=(("Name", "a b"), ("auth", "1")), body=b"")

    assert string_to_sign(call) == "GET\n/p\nauth=1&name=a b"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("auth_key", "other", "Unknown auth_key"),
        ("auth_version", "2.0", "Version not supported"),
        ("auth_timestamp", "soon", "Invalid auth_timestamp"),
        ("auth_timestamp", str(EXAMPLE_TIME - 601), "Timestamp expired"),
        ("auth_timestamp", str(EXAMPLE_TIME + 601), "Timestamp expired"),
        ("body_md5", "", "Missing parameter: body_md5"),
        ("body_md5", "0" * 32, "Invalid body_md5"),
        ("auth_signature", "ü", "Invalid signature"),
        ("extra", "1", "Invalid signature"),
    ],
)
def test_one_wrong_parameter_makes_a_request_unauthorized(
    name: str, value: str, message: str
) -> None:
    query = tuple({**dict(EXAMPLE_CALL.query), name: value}.items())
    call = Call(method="POST", path="/apps/3/events", names={}, query=query, body=EXAMPLE_CALL.body)

    with pytest.raises(RequestRefused, match=message) as refused:
        check_signature(call, EXAMPLE, EXAMPLE_TIME)
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"data": "ü" * 5_121}, 413),
        ({"data": {"no": "string"}}, 400),
        ({"name": "n" * 201}, 400),
        ({"name": ""}, 400),
        ({"channels": []}, 400),
        ({"channels": [f"c{n}" for n in range(101)]}, 400),
        ({"channels": ["a b"]}, 400),
        ({"channels": [7]}, 400),
        ({"channels": ["private-encrypted-a"]}, 400),
        ({"socket_id": 7}, 400),
        ({"info": "weather"}, 400),
    ],
)
def test_an_event_beyond_the_limits_is_refused(change: dict[str, object], status: int) -> None:
    body = json.dumps({"name": "n", "data": "{}", "channels": ["c"]} | change)

    with pytest.raises(RequestRefused) as refused:
        parse_trigger(body.encode())
    assert refused.value.status == status


def test_an_event_at_the_limits_is_accepted_and_goes_to_each_channel_once() -> None:
    given = {"name": "n" * 200, "data": "ü" * 5_120, "channels": ["a", "b", "a"]}
    trigger = parse_trigger(json.dumps(given).encode())

    assert trigger.event == Event(name="n" * 200, data="ü" * 5_120)
    assert trigger.channels == ("a", "b")


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"{}", b'{"batch": [1]}', b'{"batch": {}}'])
def test_an_invalid_batch_is_refused(body: bytes) -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_batch(body)
    assert refused.value.status == 400
