"""The visible text of HTML."""

import pytest

from brain.texts.markup import MAX_HTML_CHARS, text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\n\nTwo"),
        ("a<br>b<div>c</div>d", "a\nb\nc\nd"),
        ("<b>bo</b>ld &amp; &nbsp; <i>x</i>", "bold & x"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</table>", "1 2\n3"),
        ("<head><title>t</title><style>x</style></head>seen<script>y</script>", "seen"),
        ("<!-- no -->yes<!--[if mso]>no<![endif]-->", "yes"),
        ("<p>I</p><blockquote>you<blockquote>me</blockquote></blockquote>", "I\n\n> you\n> > me"),
        ("<img alt='Our logo'><img> text", "Our logo text"),
        ("unclosed <p>para <b>bold", "unclosed\n\npara bold"),
        ("", ""),
        ("<html></html>", ""),
        ("plain < text > here", "plain < text > here"),
    ],
)
def test_html_becomes_lines(html: str, text: str) -> None:
    assert text_of(html).strip() == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<div style='display: none'>secret</div>",
        "<span style='FONT-SIZE:0px'>secret</span>",
        "<div hidden>secret</div>",
        "<p style='visibility:hidden'>secret <b>more secret</b></p>",
        "<div style='opacity:0;'>secret</div>",
        "<noscript>secret</noscript><template>secret</template><svg><text>secret</text></svg>",
    ],
)
def test_hidden_text_is_left_out(hidden: str) -> None:
    assert text_of(f"before {hidden} after").split() == ["before", "after"]


def test_small_or_pale_text_is_kept() -> None:
    assert text_of("<i style='font-size:0.8em; opacity:0.5'>seen</i>") == "seen"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 60_000,
        "<p><font color=#000001>" * 13_000,
        "<b><i>" * 50_000 + "x",
        "<" * MAX_HTML_CHARS,
        "<a " * 100_000,
        "<!--" * 70_000,
        "<table>" * 40_000,
        "</div>" * 50_000 + "x",
    ],
)
def test_malicious_html_does_not_block_the_parser(html: str) -> None:
    text_of(html)


def test_html_too_deep_to_be_parsed_is_still_read() -> None:
    assert "Hello & you" in text_of(f"{'<div>' * 1_000}Hello &amp; you")
