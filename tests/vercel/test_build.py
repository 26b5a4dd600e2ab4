"""What `vercel build` makes of the tree: the best check of a deployment there is without one."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.gateway.policy import HEADER, policy
from tests.vercel.copies import CANARY, CLI, ROOT, copy_tree, environment

LIMIT_BYTES = 250_000_000  # of one function; half of what the platform takes from Python
BUILD_S = 280.0  # seconds; 10 to 30 on two idle cores, most of it bytecode
pytestmark = pytest.mark.timeout(BUILD_S + 20)  # seconds; the first test waits for the build
CHANNEL = {"PUSHER_HOST": "ws.example.org", "PUSHER_PORT": "6001"}
NOT_LINKED = '{"projectId":"prj_local","orgId":"team_local","settings":{"framework":null}}'


def config() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "vercel.json").read_text())
    return content


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy, built as the platform would, with no account."""
    copy = copy_tree(tmp_path_factory.mktemp("build"))
    # What .vercelignore lists never reaches the platform. The command line ignores the list.
    (copy / "pyproject.toml").unlink()
    (copy / ".vercel").mkdir()
    (copy / ".vercel" / "project.json").write_text(NOT_LINKED)
    done = subprocess.run(
        [CLI, "build", "--yes"],
        cwd=copy,
        # On the platform, vercel.json is enough.
        env=environment(CHANNEL | config()["build"]["env"]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return copy


async def test_the_pages_policy_follows_the_variables_of_the_project(built: Path) -> None:
    routes = json.loads((output(built) / "config.json").read_text())["routes"]

    policies = [(route["src"], route["headers"][HEADER]) for route in routes if has_policy(route)]
    assert policies == [("/(.*)", await policy(ROOT, CHANNEL))]
    assert " wss://ws.example.org:6001;" in policies[0][1]
    assert HEADER.lower() not in (output(built) / "static" / "index.html").read_text().lower()


def has_policy(route: dict[str, Any]) -> bool:
    return HEADER in route.get("headers", {})


def output(built: Path) -> Path:
    return built / ".vercel" / "output"


def settings(built: Path) -> dict[str, dict[str, Any]]:
    """Each function's settings, by its name in api/."""
    folders = (output(built) / "functions" / "api").glob("*.func")
    return {
        folder.name.removesuffix(".func"): json.loads((folder / ".vc-config.json").read_text())
        for folder in folders
    }


def bundles(built: Path) -> Iterator[tuple[str, dict[str, Path]]]:
    """Each function's name and files: where they will be, and where they are now."""
    for name, setting in settings(built).items():
        folder = output(built) / "functions" / "api" / f"{name}.func"
        own = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
        shared = {path: built / source for path, source in setting["filePathMap"].items()}
        yield name, own | shared


def test_every_file_in_api_becomes_a_function(built: Path) -> None:
    files = {file.stem for file in (ROOT / "api").glob("*.py") if not file.name.startswith("_")}

    assert set(settings(built)) == files
    assert files


def test_every_function_may_take_as_long_as_vercel_json_says(built: Path) -> None:
    patterns = config()["functions"]
    general = patterns["api/*.py"]

    for name, setting in settings(built).items():
        expected = patterns.get(f"api/{name}.py", general)["maxDuration"]
        assert (name, setting["maxDuration"]) == (name, expected)


def test_no_function_comes_near_the_size_limit(built: Path) -> None:
    sizes = {
        name: sum(file.stat().st_size for file in files.values()) for name, files in bundles(built)
    }

    assert {name: size for name, size in sizes.items() if size > LIMIT_BYTES} == {}


def test_a_bundle_holds_the_brain_its_packages_and_their_bytecode(built: Path) -> None:
    for name, files in bundles(built):
        assert f"api/{name}.py" in files
        assert "brain/run/ports.py" in files
        assert "brain/http/openapi.json" in files
        assert "_vendor/pydantic/__init__.py" in files
        assert any(path.startswith("_vendor/pydantic/") and path.endswith(".pyc") for path in files)
        scripts = {str(path.relative_to(ROOT)) for path in (ROOT / "brain").rglob("*.lua")}
        assert scripts
        assert {path for path in files if path.endswith(".lua")} == scripts


def test_no_bundle_holds_tests_local_services_or_secrets(built: Path) -> None:
    names = ("bench", "dist", "docs", "local", "node_modules", "package", "public", "tests")
    unwanted = (".env", *(f"{name}/" for name in names))

    for _, files in bundles(built):
        assert [path for path in files if path.startswith(unwanted)] == []


def test_no_file_that_is_served_or_bundled_holds_a_secret(built: Path) -> None:
    files = {file for file in output(built).rglob("*") if file.is_file()}
    for _, bundle in bundles(built):
        files.update(bundle.values())

    assert [file for file in files if CANARY.encode() in file.read_bytes()] == []


SERVED = ["index.html", "brain.js", "brain.d.ts"]
BUILT = ["vendor/pusher.js", "vendor/brain.min.js", "vendor/brain.min.d.ts"]


@pytest.mark.parametrize("name", [*SERVED, *BUILT])
def test_the_page_is_served_from_the_root(built: Path, name: str) -> None:
    assert (output(built) / "static" / name).is_file()


def test_only_the_page_is_served(built: Path) -> None:
    static = output(built) / "static"

    served = {str(file.relative_to(static)) for file in static.rglob("*") if file.is_file()}

    public = {file.relative_to(built / "public") for file in (built / "public").rglob("*")}
    assert served <= {str(path) for path in public}


def as_built(source: str, destination: str) -> tuple[str, str]:
    """A rewrite as the platform builds it: a named part of the path is added to the query."""
    named = re.findall(r"/:(\w+)", source)
    pattern = re.sub(r"/:\w+", "(?:/([^/]+?))", re.escape(source))
    query = "&".join(f"{name}=${place}" for place, name in enumerate(named, 1))
    return f"^{pattern}$", f"{destination}?{query}" if query else destination


def test_the_rewrites_and_the_headers_are_in_the_routes(built: Path) -> None:
    routes = json.loads((output(built) / "config.json").read_text())["routes"]

    leads = [(route.get("src"), route.get("dest")) for route in routes]
    for rewrite in config()["rewrites"]:
        assert leads.count(as_built(rewrite["source"], rewrite["destination"])) == 1
    wanted = {header["key"] for header in config()["headers"][0]["headers"]}
    assert any(wanted <= set(route.get("headers", {})) for route in routes)
