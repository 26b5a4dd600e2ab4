"""What a stranger sees first: licence, version, changelog, a short README with a picture."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from brain.http.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
MOST_README_LINES = 100
MOST_IMAGE_BYTES = 150_000
IMAGES = ROOT / "docs" / "images"
PNG = b"\x89PNG\r\n\x1a\n"
# Phrases that come from another language's grammar; plain English has shorter ones.
STIFF = re.compile(
    r"\b(tells? of|told of|anew|a word on|worth a word|to whoever|who(ever)? has just|of it is|"
    r"is none)\b",
    re.IGNORECASE,
)
PROSE = sorted((*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")))


def project() -> dict[str, Any]:
    content: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return content


def package(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / name).read_text())
    return content


def test_all_files_that_name_the_version_name_the_same_one() -> None:
    lock = package("package-lock.json")
    named = {
        "brain/http/version.py": VERSION,
        "package.json": package("package.json")["version"],
        "package-lock.json": lock["version"],
        "package-lock.json, root package": lock["packages"][""]["version"],
    }
    assert named == dict.fromkeys(named, project()["version"])


def test_the_newest_release_in_the_changelog_is_this_version_with_its_date() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    releases = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert releases[0] == VERSION


def test_the_supported_versions_of_the_security_policy_include_this_one() -> None:
    series = VERSION.rpartition(".")[0]
    assert f"| {series}.x | yes |" in (ROOT / "SECURITY.md").read_text()


def test_the_licence_is_the_one_that_the_packages_name() -> None:
    assert [project()["license"], package("package.json")["license"]] == ["MIT", "MIT"]
    for name in project()["license-files"]:
        assert (ROOT / name).read_text().startswith("MIT License\n")


def test_the_files_that_the_metadata_names_are_there() -> None:
    assert (ROOT / project()["readme"]).is_file()


def test_the_readme_fits_on_a_few_screens() -> None:
    assert (ROOT / "README.md").read_text().count("\n") <= MOST_README_LINES


@pytest.mark.parametrize("name", ["page-light.png", "page-dark.png"])
def test_the_readme_shows_the_page_in_a_small_picture(name: str) -> None:
    picture = (IMAGES / name).read_bytes()
    assert f"docs/images/{name}" in (ROOT / "README.md").read_text()
    assert picture.startswith(PNG)
    assert len(picture) <= MOST_IMAGE_BYTES


@pytest.mark.parametrize("page", PROSE, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_prose_uses_no_phrase_that_reads_like_a_translation(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    assert [line for line in lines if STIFF.search(line)] == []


def test_ci_runs_the_script_that_every_other_machine_runs() -> None:
    assert "run: bash .ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text()
