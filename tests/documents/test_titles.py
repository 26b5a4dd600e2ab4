"""The title that a text gives itself, as Markdown means it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.documents.titles import BEGINNING_CHARS, title_in


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The house\n\nText", "The house"),
        ("Text\n\n## Second ##\n", "Second"),
        ("My travel plans\n===============\n\nText", "My travel plans"),
        ("Plans\nfor May\n---\n", "Plans for May"),
        ("<!--\n# hidden\n-->\n# Real\n", "Real"),
        ("```sh\n# no\n```\n# Real\n", "Real"),
        ("~~~~\n# no\n~~~\n# no\n~~~~\n# Real", "Real"),
        ("```just code``` in a line\n\n# Real\n", "Real"),
        ("    # code\n\n# Real", "Real"),
        ("#hashtag\n\n# Real", "Real"),
        ("\\# no\n\n# Real", "Real"),
        (
            "# The **bold** `code` [link](https://a.example) <b>x</b> &amp; y",
            "The bold code link x & y",
        ),
        ("#\n\n# Real", "Real"),
        ("> # Quoted", "Quoted"),
        ("---\ntitle: Tax 2025\n# abstract: generated\n---\n\n# Other", "Tax 2025"),
        ('---\nlayout: post\ntitle: "A: \\"b\\" # c"\n---\nText', 'A: "b" # c'),
        ("---\ntitle: >\n  Two\n  lines\n...\nText", "Two lines"),
        ("---\ntitle: 2025\n---\nText", "2025"),
        ("---\ntags: [a]\n---\n# Real", "Real"),
        ("---\ntitle:\n---\n# Real", "Real"),
        ("---\ntitle: [a, b]\n---\n# Real", "Real"),
        ("---\ntitle: Rome: a trip\ndate: [\n---\n\n# Other", "Rome: a trip"),
        ("---\n\nNot front matter\n\n---\n\n# Real", "Real"),
        ("+++\ntitle = 'The house'\n# exported\n+++\n\nText", "The house"),
        ("+++\ntitle = oops\n+++\n\n# Real", "Real"),
        ("+++\ntitle = 3\n+++\n\n# Real", "Real"),
        ("No heading", ""),
        ("", ""),
        ("x " * BEGINNING_CHARS + "\n\n# Late", ""),
        ("---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n# Real", "Real"),
        ("---\ntags: " + "[" * 3_000 + "\n\n---\n# Real", "Real"),
    ],
)
def test_the_title_is_that_of_the_front_matter_or_the_first_heading(text: str, title: str) -> None:
    assert title_in(text) == title


@given(st.text(alphabet="#-+=`~<>[]{}&*!:|'\"\\ \n\tab\0\ud800", max_size=300))
@settings(deadline=None)
def test_any_text_has_a_title_of_one_line_or_none(text: str) -> None:
    assert "\n" not in title_in(text)
