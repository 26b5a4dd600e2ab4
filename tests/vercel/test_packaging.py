"""The files that decide what is installed and deployed keep their rules."""

import asyncio
import copy
import importlib.metadata
import json
import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from local.gateway.policy import HEADER, policy
from local.server import HOST

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(\[[a-z,]+\])?==[A-Za-z0-9_.]+")
MOST_FUNCTIONS = 12  # files in api/ that the platform's free plan deploys
LONGEST_GLOB = 256  # characters of excludeFiles that the platform accepts
SEEDS = {"pip", "setuptools", "uv", "wheel"}  # some ways of creating a venv install these
# Split in halves, so that this file does not contain them itself.
REGISTRY_HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb.debian" + ".org")
LOCK_FILES = ("package-lock.json", "tests/vercel/package-lock.json")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def config(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / name).read_text())
    return content


def run_time() -> list[str]:
    requirements: list[str] = project()["project"]["dependencies"]
    return requirements


def direct() -> list[str]:
    development = project()["dependency-groups"]["dev"]
    return [*run_time(), *development]


def constraints() -> list[str]:
    pins: list[str] = project()["tool"]["uv"]["constraint-dependencies"]
    return pins


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned_names(requirements: list[str]) -> set[str]:
    matches = [PINNED.fullmatch(requirement) for requirement in requirements]
    return {canonical(match["name"]) for match in matches if match}


def project_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    return [file for file in files if file.is_file()]


def locked() -> dict[str, int]:
    """The pins of requirements.txt, each with the number of its hashes in pylock.toml."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [canonical_pin(line.partition(";")[0].strip()) for line in lines if line[:1] not in "# "]
    hashes = {
        canonical_pin(f"{one['name']}=={one['version']}"): len(one["wheels"])
        for one in tomllib.loads((ROOT / "pylock.toml").read_text())["packages"]
        if all("sha256" in wheel["hashes"] for wheel in one["wheels"])
    }
    return {pin: hashes.get(pin, 0) for pin in pins}


def needed(names: Iterable[str]) -> set[str]:
    """The names of these packages and of all that they need here, with their extras."""
    todo, found = [Requirement(name) for name in names], set[tuple[str, str]]()
    while todo:
        one = todo.pop()
        for extra in ("", *one.extras):
            if (key := (canonical(one.name), extra)) in found:
                continue
            found.add(key)
            for text in importlib.metadata.requires(one.name) or ():
                child = Requirement(text)
                if child.marker is None or child.marker.evaluate({"extra": extra}):
                    todo.append(child)
    return {name for name, _ in found}


def test_what_the_platform_installs_is_pinned_with_hashes() -> None:
    assert {pin for pin, hashes in locked().items() if not hashes} == set()
    assert needed(run_time()) - pinned_names(list(locked())) == set()


def test_the_list_for_the_platform_can_be_installed_beside_other_packages() -> None:
    assert "--hash" not in (ROOT / "requirements.txt").read_text()  # or pip would refuse them


def test_requirements_txt_has_the_versions_of_pyproject() -> None:
    pins = {canonical_pin(re.sub(r"\[.*?\]", "", line)) for line in direct() + constraints()}
    own = {canonical_pin(re.sub(r"\[.*?\]", "", line)) for line in run_time()}

    assert own - locked().keys() == set()
    assert locked().keys() - pins == set()


@pytest.mark.parametrize("name", LOCK_FILES)
def test_the_npm_lock_fits_its_package_json(name: str) -> None:
    asked = config(name.replace("package-lock", "package"))
    root = config(name)["packages"][""]
    kinds = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")

    assert {kind: root.get(kind) for kind in kinds} == {kind: asked.get(kind) for kind in kinds}


def test_every_direct_dependency_and_every_constraint_names_one_version() -> None:
    requirements = direct() + constraints()

    assert [line for line in requirements if not PINNED.fullmatch(line)] == []


def test_every_installed_package_is_pinned() -> None:
    installed = {canonical(dist.name) for dist in importlib.metadata.distributions()}

    unpinned = installed - pinned_names(direct()) - pinned_names(constraints()) - SEEDS

    assert unpinned == set()


def test_the_installed_versions_are_the_pinned_ones() -> None:
    pins = {re.sub(r"\[.*?\]", "", line) for line in direct() + constraints()}
    names = pinned_names(direct() + constraints())
    installed = {
        f"{canonical(dist.name)}=={dist.version}"
        for dist in importlib.metadata.distributions()
        if canonical(dist.name) in names
    }

    assert installed - {canonical_pin(pin) for pin in pins} == set()


def canonical_pin(pin: str) -> str:
    name, version = pin.split("==")
    return f"{canonical(name)}=={version}"


def test_no_lock_file_of_uv_decides_what_the_platform_installs() -> None:
    assert "uv.lock" not in {file.name for file in project_files()}


@pytest.mark.parametrize("name", LOCK_FILES)
def test_the_npm_lock_contains_hashes_and_no_addresses(name: str) -> None:
    packages = [package for path, package in config(name)["packages"].items() if path]

    assert [package for package in packages if "resolved" in package] == []
    assert all("integrity" in package for package in packages if "version" in package)


def test_no_file_names_the_host_of_a_registry() -> None:
    naming = [
        str(file.relative_to(ROOT))
        for file in project_files()
        if any(host.encode() in file.read_bytes() for host in REGISTRY_HOSTS)
    ]

    assert naming == []


def test_each_migration_has_a_number_of_its_own() -> None:
    folder = ROOT / "brain" / "cloud" / "postgres" / "sql"
    numbers = sorted(int(file.name[:3]) for file in folder.glob("[0-9]*.sql"))

    assert numbers == list(range(1, len(numbers) + 1))


def test_there_are_no_more_functions_than_the_free_plan_allows() -> None:
    functions = [file for file in (ROOT / "api").glob("*.py") if not file.name.startswith("_")]

    assert len(functions) <= MOST_FUNCTIONS


def test_vercel_dev_json_is_vercel_json_without_what_vercel_dev_rejects() -> None:
    expected = copy.deepcopy(config("vercel.json"))
    for function in expected["functions"].values():
        function.pop("maxDuration", None)
        function.pop("memory", None)
    expected["buildCommand"] = "npm run build"  # `vercel dev` refuses the Build Output API
    expected["headers"][0]["headers"].insert(0, {"key": HEADER, "value": any_local_port()})

    assert config("vercel.dev.json") == expected


def any_local_port() -> str:
    """The policy of `make services`, which may run at any port of this machine."""
    made = asyncio.run(policy(ROOT, {"PUSHER_HOST": HOST, "PUSHER_TLS": "0"}))
    return made.replace(f"ws://{HOST}", f"ws://{HOST}:*")


def test_every_function_excludes_the_same_files_with_one_short_glob() -> None:
    functions = config("vercel.json")["functions"].values()

    globs = {function["excludeFiles"] for function in functions}

    assert len(globs) == 1
    assert len(globs.pop()) <= LONGEST_GLOB


def test_the_general_pattern_comes_after_the_names_that_it_would_match() -> None:
    patterns = list(config("vercel.json")["functions"])

    assert [pattern for pattern in patterns if "*" in pattern] == patterns[-1:]


def test_every_rewrite_leads_to_a_function() -> None:
    destinations = {rewrite["destination"] for rewrite in config("vercel.json")["rewrites"]}

    missing = {path for path in destinations if not (ROOT / f"{path[1:]}.py").is_file()}

    assert missing == set()
