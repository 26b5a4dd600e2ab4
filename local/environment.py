"""The environment variables that point the functions at the local services."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from local.qstash import CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY, TOKEN
from local.server import HOST, Address

STORE_TOKEN = "local-store-token"
PUSH_SUBJECT = "mailto:developer@example.org"
CHANNEL_ID, CHANNEL_KEY, CHANNEL_SECRET = "1", "local-channel-key", "local-channel-secret"
MAX_DURATION = "BRAIN_LOCAL_MAX_DURATION_S"  # a short one shows a hand-over within seconds
OPENAI_NAMES = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
MODEL_NAMES = (
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "OPENAI_BASE_URL",
    "OPENROUTER_BASE_URL",
)
SEARCH_NAMES = ("BRAVE_SEARCH_API_KEY", "BRAIN_SEARCH", "BRAIN_SEARCH_URL")

type Env = dict[str, str]


def private_settings(database_url: str, secret: str) -> Env:
    """Return the settings of the database, the session and the log; no access key is required."""
    return {
        "BRAIN_LOG": "text",
        "DATABASE_URL": database_url,
        "BRAIN_JWT_SECRET": secret,
        "BRAIN_OPEN_SESSION": "1",
    }


def service_settings(store: Address, queue: Address, channel: Address, public_url: str) -> Env:
    """Return the settings that point at the local store, queue and channel."""
    return {
        "UPSTASH_REDIS_REST_URL": store.url,
        "UPSTASH_REDIS_REST_TOKEN": STORE_TOKEN,
        "QSTASH_URL": queue.url,
        "QSTASH_TOKEN": TOKEN,
        "QSTASH_CURRENT_SIGNING_KEY": CURRENT_SIGNING_KEY,
        "QSTASH_NEXT_SIGNING_KEY": NEXT_SIGNING_KEY,
        "PUSHER_APP_ID": CHANNEL_ID,
        "PUSHER_KEY": CHANNEL_KEY,
        "PUSHER_SECRET": CHANNEL_SECRET,
        "PUSHER_HOST": HOST,
        "PUSHER_PORT": str(channel.port),
        "PUSHER_TLS": "0",
        "BRAIN_PUBLIC_URL": public_url,
    }


def own(asked: Mapping[str, str]) -> Env:
    """Return the BRAIN_ variables, those of a collector of traces, and those of a channel of the
    user's own.
    """
    brain = {name: value for name, value in asked.items() if name.startswith(("BRAIN_", "OTEL_"))}
    return {**brain, **own_channel(asked)}


def own_channel(asked: Mapping[str, str]) -> Env:
    """Return the settings of the user's own server for the channel; empty if none is set."""
    if not asked.get("PUSHER_HOST"):
        return {}
    return {name: value for name, value in asked.items() if name.startswith("PUSHER_")}


def model_settings(model: Address, asked: Mapping[str, str]) -> Env:
    """Return the settings of the user's own provider if a key or an address is set, else the
    script's; and those of a search engine.
    """
    own = {name: asked[name] for name in MODEL_NAMES if asked.get(name)}
    if own:
        return {"OPENAI_API_KEY": "none", **own, **_own_search(asked)}
    return {
        "OPENAI_BASE_URL": f"{model.url}/v1",
        "OPENAI_API_KEY": "local",
        "BRAIN_MODEL": "script",
        "BRAIN_SCRIPTED_MODEL": "1",
        **(_own_search(asked) or {"BRAIN_SEARCH": "searxng", "BRAIN_SEARCH_URL": model.url}),
    }


def _own_search(asked: Mapping[str, str]) -> Env:
    return {name: asked[name] for name in SEARCH_NAMES if asked.get(name)}


def voice_settings(
    voice: Address, asked: Mapping[str, str], *, calls: bool, is_scripted: bool
) -> Env:
    """Return the settings that point at the local ear, mouth and voice vendors.

    Where the user has a key of their own, the vendor that it belongs to is used, and no script.
    `calls`: whether GPT-Live and Realtime are offered.
    """
    has_openai = bool(asked.get("OPENAI_API_KEY")) and not asked.get("OPENAI_BASE_URL")
    url, key = f"{voice.url}/v1", "local"
    mouth = {"BRAIN_TTS_BASE_URL": url, "BRAIN_TTS_API_KEY": key}
    ear = {"BRAIN_STT_BASE_URL": url, "BRAIN_STT_API_KEY": key}
    openai = {"BRAIN_VOICE_OPENAI_BASE_URL": url, "BRAIN_VOICE_OPENAI_API_KEY": key}
    gemini = {"BRAIN_VOICE_GEMINI_BASE_URL": voice.url, "GEMINI_API_KEY": key}
    own = {"GEMINI_API_KEY": asked["GEMINI_API_KEY"]} if asked.get("GEMINI_API_KEY") else {}
    if is_scripted and has_openai:
        return own
    return {
        **({"BRAIN_SCRIPTED_VOICE": "1"} if is_scripted else {}),
        **mouth,
        **({} if has_openai else ear),
        **(openai if calls and not has_openai else {}),
        **(own or gemini),
    }


def push_settings(data_dir: Path, asked: Mapping[str, str]) -> Env:
    """Return a key of this machine for notifications on devices; empty if the user has one."""
    from brain.notices.push.settings import KEY, KEY_BYTES, ORDER, SUBJECT

    if asked.get(KEY) or asked.get(SUBJECT):
        return {}
    number = 1 + int(stored_secret(data_dir, "push-secret"), 16) % (ORDER - 1)
    key = base64.urlsafe_b64encode(number.to_bytes(KEY_BYTES)).decode()
    return {KEY: key, SUBJECT: PUSH_SUBJECT}


def complaint(asked: Mapping[str, str]) -> str:
    """Return what is wrong with the user's environment, in one line; empty if nothing is.

    The functions' settings are checked as they will be, with addresses that nothing listens at.
    """
    if told := _provider_complaint(asked) or _duration_complaint(asked.get(MAX_DURATION, "")):
        return told
    nowhere = Address(host=HOST, port=1)
    env = {
        **service_settings(nowhere, nowhere, nowhere, nowhere.url),
        **model_settings(nowhere, asked),
        **private_settings("postgresql://127.0.0.1:1/brain", "x" * 64),
        **voice_settings(nowhere, asked, calls=True, is_scripted=True),
        **own(asked),
    }
    from brain import settings
    from brain.http.origins import VARIABLE, origins_of
    from brain.wiring import Wiring

    groups = {name: read for each in Wiring(env).features for name, read in each.settings.items()}
    problems = settings.problems(env, {**groups, VARIABLE: origins_of})
    return next((f"{told.removesuffix('.')}." for told in problems.values() if told), "")


def _provider_complaint(asked: Mapping[str, str]) -> str:
    is_router = asked.get("BRAIN_PROVIDER") == "openrouter"
    has_router = bool(asked.get("OPENROUTER_API_KEY"))
    if is_router and not has_router:
        return "BRAIN_PROVIDER=openrouter needs OPENROUTER_API_KEY."
    if has_router and not (is_router or any(asked.get(name) for name in OPENAI_NAMES)):
        return "OPENROUTER_API_KEY needs BRAIN_PROVIDER=openrouter."
    return ""


def _duration_complaint(text: str) -> str:
    try:
        is_right = not text or 1 <= float(text) < float("inf")
    except ValueError:
        is_right = False
    return "" if is_right else f"{MAX_DURATION} must be a number of seconds, such as 6."


def answering(asked: Mapping[str, str]) -> str:
    """Say which model answers, at which server; empty where the script does."""
    if not any(asked.get(name) for name in MODEL_NAMES):
        return ""
    from brain import settings
    from brain.cloud.model.chat import BASE_URLS

    at = settings.model({**model_settings(Address(host=HOST, port=1), asked), **own(asked)})
    server = urlsplit(at.base_url or BASE_URLS[at.provider]).netloc.rpartition("@")[2]
    return f"The answers come from {at.model} at {server}."


def stored_secret(data_dir: Path, name: str) -> str:
    """Return a secret of this machine. It is kept, so that what it signed stays valid after a
    restart.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / name
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()
