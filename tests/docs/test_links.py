"""Every link inside the documentation leads to an existing file, and to an existing heading."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vercel.test_packaging import ROOT, project_files

PAGES = sorted(file for file in project_files() if file.suffix == ".md")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
SOURCE = re.compile(r'(?:src|srcset|href)="([^"]+)"')
NAMED = re.compile(r"`((?:api|bench|brain|docs|local|public|tests)/[\w./-]+)`")
MADE = ("public/vendor/",)  # by the build
OUTSIDE = re.compile(r"[a-z]+:|//")


def links(page: Path) -> Iterator[str]:
    """Return the relative links of a page, including those of its images."""
    text = FENCE.sub("", page.read_text("utf-8"))
    for pattern in (LINK, SOURCE):
        yield from (link for link in pattern.findall(text) if not OUTSIDE.match(link))


def anchors(page: Path) -> set[str]:
    """Return the fragments of the page's headings."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    words = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in words}


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, fragment = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not fragment or fragment in anchors(target)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_has_a_target(page: Path) -> None:
    assert [link for link in links(page) if not leads_somewhere(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    paths = [path for path in NAMED.findall(page.read_text("utf-8")) if not path.startswith(MADE)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_page_of_the_documentation_can_be_reached_from_its_index() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert pages - listed == {index}
