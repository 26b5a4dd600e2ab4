"""The environment variables that point the functions at the local services."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from local.qstash import CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY, TOKEN
from local.server import HOST, Address

STORE_TOKEN = "local-store-token"
CHANNEL_ID, CHANNEL_KEY, CHANNEL_SECRET = "1", "local-channel-key", "local-channel-secret"
MODEL_NAMES = (
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "OPENAI_BASE_URL",
    "OPENROUTER_BASE_URL",
)
SEARCH_NAMES = ("BRAVE_SEARCH_API_KEY", "BRAIN_SEARCH", "BRAIN_SEARCH_URL")

type Env = dict[str, str]


def private_settings(database_url: str, secret: str) -> Env:
    """Return the settings of the database and the session; no access key is required."""
    return {
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
