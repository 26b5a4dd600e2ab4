"""What is sent is encrypted as RFC 8291 says, by its own example, and signed as RFC 8292 says."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from brain.commands.vapid import new_private_key
from brain.notices.push.sealing import Ingredients, Signer, fresh, is_point, seal
from tests.notices.push.receiving import AUTH as SECRET
from tests.notices.push.receiving import Browser, b64, unb64

# RFC 8291, 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SERVER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text)), ec.SECP256R1())


def test_the_example_of_the_standard_comes_out_byte_for_byte() -> None:
    own = Ingredients(unb64(SALT), private(SERVER))
    assert b64(seal(PLAIN, p256dh=unb64(BROWSER_PUBLIC), auth=unb64(AUTH), own=own)) == BODY


def test_the_browser_of_these_tests_reads_the_example_too() -> None:
    assert Browser(private(BROWSER), unb64(AUTH)).opened(unb64(BODY)) == PLAIN


def test_a_browser_reads_what_is_sent_and_no_two_are_the_same() -> None:
    browser = Browser()
    bodies = [seal(PLAIN, p256dh=browser.public, auth=SECRET, own=fresh()) for _ in "ab"]
    assert [browser.opened(body) for body in bodies] == [PLAIN, PLAIN]
    assert bodies[0][:86] != bodies[1][:86]


@pytest.mark.parametrize(
    "encoded", [b"", b"\4" + bytes(64), bytes(65), b"\2" + bytes(32), unb64(BROWSER_PUBLIC)[:-1]]
)
def test_what_is_no_point_of_the_curve_is_told_apart(encoded: bytes) -> None:
    assert is_point(unb64(BROWSER_PUBLIC))
    assert not is_point(encoded)


def test_a_signature_holds_for_one_push_service() -> None:
    signer = Signer(unb64(new_private_key()), "mailto:me@example.org")
    header = signer.authorization("https://push.example:8443", expires_at=4_000_000_000)
    scheme, token, key = header.replace(", ", " ").split(" ")
    assert (scheme, key) == ("vapid", f"k={signer.public_key}")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key[2:]))
    claims = jwt.decode(
        token.removeprefix("t="), public, algorithms=["ES256"], audience="https://push.example:8443"
    )
    assert claims == {
        "aud": "https://push.example:8443",
        "exp": 4_000_000_000,
        "sub": "mailto:me@example.org",
    }
