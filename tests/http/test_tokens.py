"""Bearer tokens: every way in which a token is valid or invalid."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from brain.errors import TokenRefused
from brain.http.tokens import TOKEN_S, Tokens
from brain.settings import TokenSettings
from tests.local.serving import served

HEAD = '{"alg":"HS256","typ":"JWT"}'
SECRET = "a secret of at least thirty-two bytes"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())

type Json = dict[str, Any]


def tokens_by(
    secret: str | None = SECRET,
    *,
    jwks_url: str | None = None,
    audience: str | None = None,
    issuer: str | None = None,
) -> Tokens:
    secrets = () if secret is None else (secret,)
    return Tokens(
        TokenSettings(secrets=secrets, jwks_url=jwks_url, audience=audience, issuer=issuer)
    )


def claims(**changed: Any) -> Json:
    """Valid claims with some changed; None removes a claim."""
    whole = {"sub": "anna", "exp": int(time.time()) + 60} | changed
    return {name: value for name, value in whole.items() if value is not None}


def hs256(secret: str = SECRET, **changed: Any) -> str:
    return jwt.encode(claims(**changed), secret, algorithm="HS256")


def signed(claims: str) -> str:
    """A token with these claims as they are, signed with SECRET."""
    head, body = (base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in (HEAD, claims))
    mark = hmac.new(SECRET.encode(), head + b"." + body, hashlib.sha256).digest()
    return b".".join((head, body, base64.urlsafe_b64encode(mark).rstrip(b"="))).decode()


def rs256(key: rsa.RSAPrivateKey = RSA_KEY, *, kid: str | None = "rsa", **changed: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(**changed), key, algorithm="RS256", headers=headers)


def es256(*, kid: str | None = "ec", **changed: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(**changed), EC_KEY, algorithm="ES256", headers=headers)


def rsa_jwk(key: rsa.RSAPrivateKey = RSA_KEY, kid: str = "rsa") -> Json:
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid}


def ec_jwk(kid: str = "ec") -> Json:
    return {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": kid}


@dataclass
class Provider:
    """An identity provider's key set over HTTP; counts how often it was fetched."""

    keys: Any = field(default_factory=lambda: [rsa_jwk(), ec_jwk()])
    status: int = 200
    page: str = ""
    fetches: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.fetches += 1
            whole = JSONResponse({"keys": self.keys}, self.status)
            await (Response(self.page) if self.page else whole)(scope, receive, send)


async def refusal(tokens: Tokens, text: str) -> str:
    with pytest.raises(TokenRefused) as refused:
        await tokens.read(text)
    return str(refused.value)


async def test_a_token_signed_with_the_secret_names_its_user() -> None:
    token = await tokens_by().check(f"Bearer {hs256(exp=2_000_000_000)}")
    assert (token.user_id, token.expires_at) == ("anna", 2_000_000_000)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic YTpi", "anna"])
async def test_a_header_without_a_bearer_token_is_refused(header: str | None) -> None:
    with pytest.raises(TokenRefused, match="a bearer token is required"):
        await tokens_by().check(header)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
async def test_the_scheme_may_be_written_in_any_case(scheme: str) -> None:
    assert (await tokens_by().check(f"{scheme} {hs256()}")).user_id == "anna"


@pytest.mark.parametrize("text", ["x", "a.b.c", "ä.ö.ü", "e30.e30.e30", hs256()[:-4]])
async def test_an_incomplete_token_is_refused(text: str) -> None:
    await refusal(tokens_by(), text)


@pytest.mark.parametrize("user_id", ["mind:", "mind:0123456789abcdefghijklmnop:0", "mind: anna"])
async def test_a_reserved_user_id_is_refused_however_it_is_signed(user_id: str) -> None:
    reserved = "the token's user id (sub) is reserved"
    assert await refusal(tokens_by(), hs256(sub=user_id)) == reserved
    async with served(Provider()) as url:
        tokens = tokens_by(None, jwks_url=url)
        for text in (rs256(sub=user_id), es256(sub=user_id)):
            assert await refusal(tokens, text) == reserved
    with pytest.raises(TokenRefused, match="reserved"):
        tokens_by().make(user_id)


@pytest.mark.parametrize("user_id", ["mind", "Mind:x", " mind:x", "a mind:x", "minds:x"])
async def test_only_the_exact_beginning_is_reserved(user_id: str) -> None:
    assert (await tokens_by().read(hs256(sub=user_id))).user_id == user_id
    assert (await tokens_by().read(tokens_by().make(user_id).text)).user_id == user_id


async def test_a_token_of_another_secret_is_refused() -> None:
    text = hs256("another secret of thirty-two bytes")
    assert await refusal(tokens_by(), text) == "the token is invalid"


async def test_a_token_without_an_end_is_refused() -> None:
    assert await refusal(tokens_by(), hs256(exp=None)) == "the token is invalid"


async def test_an_expired_token_is_refused_and_named_so() -> None:
    text = hs256(exp=int(time.time()) - 60)
    assert await refusal(tokens_by(), text) == "the token has expired"


async def test_another_machines_clock_may_differ_a_little() -> None:
    assert (await tokens_by().read(hs256(exp=int(time.time()) - 2))).user_id == "anna"


async def test_an_end_in_milliseconds_is_refused() -> None:
    text = hs256(exp=int(time.time() * 1000))
    assert await refusal(tokens_by(), text) == "the token's expiry (exp) is not in seconds"


@pytest.mark.parametrize("user", [None, "", 7, "x" * 257, "a\ud800", "\udfff", "a\0b", "a\n"])
async def test_a_token_that_names_no_user_is_refused(user: object) -> None:
    unchecked = jwt.PyJWT({"verify_sub": False})
    text = unchecked.encode({**claims(sub=None), **({} if user is None else {"sub": user})}, SECRET)
    await refusal(tokens_by(), text)


@pytest.mark.parametrize("exp", ["1e999", "Infinity", "NaN", '"soon"', "[]", "{}", "[" * 9_000])
async def test_a_token_with_an_end_that_is_no_time_is_refused(exp: str) -> None:
    await refusal(tokens_by(), signed(f'{{"sub":"anna","exp":{exp}}}'))


async def test_a_token_for_another_audience_is_refused_where_one_is_set() -> None:
    tokens = tokens_by(audience="brain")
    assert (await tokens.read(hs256(aud="brain"))).user_id == "anna"
    assert (await tokens.read(hs256(aud=["other", "brain"]))).user_id == "anna"
    await refusal(tokens, hs256(aud="other"))
    await refusal(tokens, hs256())


async def test_the_audience_is_ignored_if_none_is_configured() -> None:
    assert (await tokens_by().read(hs256(aud="whoever"))).user_id == "anna"


async def test_a_token_of_another_issuer_is_refused_where_one_is_set() -> None:
    tokens = tokens_by(issuer="app")
    assert (await tokens.read(hs256(iss="app"))).user_id == "anna"
    await refusal(tokens, hs256(iss="other"))
    await refusal(tokens, hs256())


async def test_an_unsigned_token_is_refused() -> None:
    text = f"{_part(alg='none')}.{_part(**claims())}."
    assert await refusal(tokens_by(), text) == "the token's algorithm is not accepted"


async def test_an_issued_token_is_valid_for_its_user_audience_and_issuer() -> None:
    tokens = tokens_by(audience="brain", issuer="app")
    made = tokens.make("owner")
    assert await tokens.read(made.text) == made
    assert abs(made.expires_at - time.time() - TOKEN_S) < 60


async def test_no_token_is_issued_without_a_secret() -> None:
    with pytest.raises(TokenRefused, match="only tokens that its own app issues"):
        tokens_by(None, jwks_url="https://keys.example").make("owner")


async def test_keys_of_both_kinds_are_fetched_once_and_kept() -> None:
    provider = Provider()
    async with served(provider) as url:
        tokens = tokens_by(None, jwks_url=url)
        assert (await tokens.read(rs256())).user_id == "anna"
        assert (await tokens.read(es256())).user_id == "anna"
    assert provider.fetches == 1


async def test_a_token_without_a_key_id_is_checked_with_the_key_of_its_kind() -> None:
    async with served(Provider()) as url:
        tokens = tokens_by(None, jwks_url=url)
        assert (await tokens.read(es256(kid=None))).user_id == "anna"
        assert (await tokens.read(rs256(kid=None))).user_id == "anna"


async def test_a_token_of_a_key_that_only_claims_the_id_is_refused() -> None:
    async with served(Provider()) as url:
        text = rs256(OTHER_RSA_KEY, kid="rsa")
        assert await refusal(tokens_by(None, jwks_url=url), text) == "the token is invalid"


async def test_a_key_id_of_another_key_type_is_unknown() -> None:
    async with served(Provider()) as url:
        text = rs256(kid="ec")
        refused = await refusal(tokens_by(None, jwks_url=url), text)
        assert refused == "the token's key is unknown"


@pytest.mark.parametrize("secret", [None, SECRET])
async def test_a_public_key_is_no_secret_to_sign_with(secret: str | None) -> None:
    public = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for known in (public.decode(), json.dumps(rsa_jwk())):
        text = _forge_hs256(known)
        async with served(Provider()) as url:
            await refusal(tokens_by(secret, jwks_url=url), text)


def _forge_hs256(public: str) -> str:
    """A token that PyJWT refuses to create: HS256 with a public key as the secret."""
    head = f"{_part(alg='HS256', kid='rsa')}.{_part(**claims())}"
    signature = hmac.digest(public.encode(), head.encode(), hashlib.sha256)
    return f"{head}.{_base64(signature)}"


def _part(**content: Any) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


async def test_a_shared_secret_and_a_key_set_work_together() -> None:
    async with served(Provider()) as url:
        tokens = tokens_by(jwks_url=url)
        assert (await tokens.read(hs256())).user_id == "anna"
        assert (await tokens.read(rs256())).user_id == "anna"


async def test_without_a_key_set_a_key_pairs_token_is_refused() -> None:
    assert "algorithm" in await refusal(tokens_by(), rs256())


async def test_while_a_secret_is_replaced_tokens_of_both_are_valid() -> None:
    new, old, older = (f"{word} secret of at least thirty-two bytes" for word in "nop")
    tokens = Tokens(TokenSettings(secrets=(new, old), jwks_url=None, audience=None, issuer=None))
    for secret in (new, old):
        assert (await tokens.read(hs256(secret))).user_id == "anna"
    assert await refusal(tokens, hs256(older)) == "the token is invalid"
    issued = tokens.make("owner").text
    assert (await tokens_by(new).read(issued)).user_id == "owner"
