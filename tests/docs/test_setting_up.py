"""What the documentation says about setting up: the pinned command line, the deploy button."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from brain import settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = (*sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("*.md"))
CLI = json.loads((ROOT / "tests" / "vercel" / "package.json").read_text())["devDependencies"]
BUTTON = re.compile(r"\]\((https://vercel\.com/new/clone\?[^)\s]+)\)")
WITH_BUTTON = ("README.md", "docs/how-to/deploy-on-vercel.md")
# What the integrations of the button set: Upstash Redis, Upstash QStash and Neon.
FILLED_IN = {
    "KV_REST_API_URL": "https://redis.example",
    "KV_REST_API_TOKEN": "token",
    "QSTASH_TOKEN": "token",
    "QSTASH_CURRENT_SIGNING_KEY": "key",
    "QSTASH_NEXT_SIGNING_KEY": "key",
    "DATABASE_URL": "postgresql://database.example/brain",
    "VERCEL_URL": "brain.example",
}
TYPED = {"PUSHER_APP_ID": "1", "BRAIN_JWT_SECRET": "x" * 32, "BRAIN_ACCESS_KEY": "x" * 16}


def test_the_command_line_is_named_with_the_version_that_is_tested() -> None:
    named = {
        found: page.name
        for page in PAGES
        for found in re.findall(r"\bnpx (?:--yes )?vercel\S*", page.read_text("utf-8"))
    }
    assert {found: named[found] for found in named if found != f"npx vercel@{CLI['vercel']}"} == {}
    assert named


def test_no_page_reads_a_deployments_variables_without_a_version_or_those_for_development() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        unpinned = r"(?<![\w./@-])vercel (?:deploy|env|link|logs|pull)\b.*"
        assert re.findall(unpinned, text) == [], page
        for read in re.findall(r"npx vercel@\S+ (?:env run|env pull|pull)\b.*", text):
            assert re.search(r"(?:-e |--environment[= ])production\b", read), read


def asked(page: str) -> dict[str, str]:
    [url] = BUTTON.findall((ROOT / page).read_text("utf-8"))
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize("page", WITH_BUTTON)
def test_the_button_asks_for_what_the_integrations_do_not_fill_in(page: str) -> None:
    names = asked(page)["env"].split(",")
    typed = {name: TYPED.get(name, "text") for name in names}
    problems = settings.problems({**FILLED_IN, **typed}, {})
    assert {name: told for name, told in problems.items() if told} == {}
    for name in names:
        if name != "BRAIN_ACCESS_KEY":  # without it nobody can sign in, which is no error
            less = {key: value for key, value in typed.items() if key != name}
            assert any(settings.problems({**FILLED_IN, **less}, {}).values()), name


@pytest.mark.parametrize("page", WITH_BUTTON)
def test_the_button_clones_this_repository_with_its_stores(page: str) -> None:
    query = asked(page)
    source = re.search(r'^Source = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert source
    assert query["repository-url"] == source[1]
    products = [(one["integrationSlug"], one["productSlug"]) for one in json.loads(query["stores"])]
    assert products == [("upstash", "upstash-kv"), ("upstash", "upstash-qstash"), ("neon", "neon")]
    linked = query["envLink"].removeprefix(f"{source[1]}/blob/main/")
    assert (ROOT / linked).is_file()
