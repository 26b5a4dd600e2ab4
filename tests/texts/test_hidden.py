"""Text that a reader of HTML does not see, and text that looks hidden but is not."""

import pytest

from brain.texts.markup import read_html, text_of
from brain.texts.nesting import MAX_DEPTH, MAX_TAGS
from brain.texts.styles import MAX_STYLE_CHARS

HIDDEN = [
    "display:none", "display : none", "DISPLAY:NONE !important", "display:/**/none",
    r"d\69splay:none", "color:red;display:none", "visibility:hidden", "visibility:collapse",
    "opacity:0", "opacity:0.0", "opacity:.05", "opacity:5%", "font-size:0", "font-size:1px",
    "font-size:1pt", "font-size:0.05em", "font-size:3%", "font:0/0 Arial", "font:bold 1px Arial",
    "mso-hide:all", "transform:scale(0)", "transform:rotate(3deg) scale(0,0)",
    "transform:scaleY(0)", "transform:translateX(-9999px)", "scale:0", "color:transparent",
    "color:rgba(0,0,0,0)",
    "color:#ffffff00", "color:hsl(0 0% 0% / 0)", "height:0;overflow:hidden",
    "max-height:0px;overflow:hidden", "width:0;overflow:hidden", "max-width:0;overflow-x:hidden",
    "height:1px;overflow:hidden", "clip:rect(0,0,0,0)", "clip:rect(1px 1px 1px 1px)",
    "clip-path:inset(50%)", "clip-path:inset(0 0 100% 0)", "clip-path:circle(0)",
    "position:absolute;left:-9999px", "position:fixed;top:-1000px", "position:absolute;left:-999em",
    "position:absolute;right:-100vw", "text-indent:-9999px", "text-indent:-100em",
    "margin-left:-9999px", "content-visibility:hidden", "filter:opacity(0)",
    "display:block;display:none", "width:1" + "0" * 5_000 + "px;display:none",
]  # fmt: skip
SHOWN = [
    "", "display:block", "display:none;display:block", "visibility:visible", "opacity:0.8",
    "opacity:1", "font-size:0.8em", "font-size:12px", "font:12px/0 Arial", "font:700 14px Arial",
    "color:#fff", "color:rgba(0,0,0,.5)", "height:0", "max-height:400px;overflow:hidden",
    "overflow:hidden", "clip:rect(0,100px,100px,0)", "clip-path:inset(5%)", "transform:scale(.9)",
    "transform:rotate(90deg)", "position:absolute;left:-10px", "left:-9999px", "text-indent:2em",
    "margin-left:-20px", "background:url(none)", "content:'display:none'", "x-display:none",
    "/* display:none */", "display-mode:none",
]  # fmt: skip


@pytest.mark.parametrize("style", HIDDEN)
def test_a_style_that_hides_text_hides_it_with_all_inside(style: str) -> None:
    html = f'before <div style="{style}">secret <b>more</b> <img alt="secret"></div> after'
    assert text_of(html).split() == ["before", "after"]


@pytest.mark.parametrize("style", SHOWN)
def test_a_style_that_hides_nothing_changes_nothing(style: str) -> None:
    assert text_of(f'<div style="{style}">Hello <b>you</b></div>') == "Hello you"


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("font-size:0", "font-size:14px"),
        ("visibility:hidden", "visibility:visible"),
        ("color:transparent", "color:#333"),
        ("text-indent:-9999px", "text-indent:0"),
    ],
)
def test_what_is_inherited_may_be_undone_inside(outer: str, inner: str) -> None:
    html = f'<td style="{outer}">secret<div style="{inner}">Hello</div></td>'
    assert text_of(f"<table><tr>{html}</tr></table>") == "Hello"


@pytest.mark.parametrize(
    ("sheet", "element", "is_seen"),
    [
        (".h{display:none}", "<p class='a h b'>", False),
        (".H { display : none }", "<p class=h>", False),
        ("#x{visibility:hidden}", "<p id=x>", False),
        ("p{font-size:0}", "<p>", False),
        ("p.h{opacity:0}", "<p class=h>", False),
        ("div.h{opacity:0}", "<p class=h>", True),
        (".a.b{display:none}", "<p class='b a'>", False),
        (".a.b{display:none}", "<p class=a>", True),
        (".a,.h{color:red}.b,.h{display:none}", "<p class=h>", False),
        ("@media screen{.h{display:none}}", "<p class=h>", False),
        ("@media only screen and (max-width:600px){.h{display:none}}", "<p class=h>", True),
        ("@media print{.h{display:none}}", "<p class=h>", True),
        (".h{display:none}p{display:block}", "<p class=h>", False),
        ("p{display:none}.h{display:block}", "<p class=h>", True),
        (".h{display:none}", "<p class=h style='display:block'>", True),
        (".h{display:none!important}", "<p class=h style='display:block'>", False),
        (".h{display:none}.h{display:block}", "<p class=h>", True),
        (".a .h{display:none}", "<p class=h>", True),
        (".h:hover{display:none}", "<p class=h>", True),
        ("/* .h{display:none} */", "<p class=h>", True),
        ("<!-- .h{display:none} -->", "<p class=h>", False),
        ("}}}.h{display:none", "<p class=h>", True),
    ],
)
def test_simple_rules_of_a_style_sheet_count(sheet: str, element: str, is_seen: bool) -> None:
    page = f"<html><head><style>{sheet}</style></head><body>{element}secret</p>"
    assert text_of(page).strip() == ("secret" if is_seen else "")


def test_a_style_sheet_for_print_or_after_the_text_is_read_as_such() -> None:
    assert text_of("<style media=print>p{display:none}</style><p>Hello").strip() == "Hello"
    assert text_of("<p>secret</p><style>p{display:none}</style>").strip() == ""


@pytest.mark.parametrize(
    "hidden",
    [
        "<div hidden>secret</div>", "<div hidden=until-found>secret</div>",
        "<dialog>secret</dialog>", "<img alt=secret width=1 height=1>", "<img alt=secret width=0>",
        "<img alt=secret style='display:none'>", "<datalist><option>secret</datalist>",
        "<!-- secret -->", "<style>secret</style>", "<title>secret</title>",
    ],
)  # fmt: skip
def test_elements_that_show_nothing_are_left_out(hidden: str) -> None:
    assert text_of(f"before {hidden} after").split() == ["before", "after"]


def test_text_is_not_shown_by_nesting_it_too_deep() -> None:
    deep = "<div>" * (MAX_DEPTH + 10)
    assert text_of(f"Hello{deep}<i style='display:none'>secret</i>") == "Hello"
    hidden = "<section style='display:none'>" + deep + "</div>" * MAX_DEPTH * 2
    assert text_of(f"Hello{hidden}secret") == "Hello"
    assert text_of(f"Hello{deep} you") == "Hello\nyou"


def test_text_is_not_shown_by_very_long_styles() -> None:
    padded = "".join(f"<i style='color:red;x:{'y' * 10_000}{n}'>a</i>" for n in range(25))
    assert MAX_STYLE_CHARS < 25 * 10_000
    assert "secret" not in text_of(f"{padded}<i style='display:none'>secret</i>")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre>10:00 Arrival\n11:00  Lunch</pre>", "10:00 Arrival\n11:00  Lunch"),
        ("<pre>\n  a\n\n  b\n</pre>", "  a\n\n  b"),
        ("<div style='white-space:pre-wrap'>a  b\nc</div>", "a  b\nc"),
        ("<div style='white-space:pre-line'>a  b\n c</div>", "a b\nc"),
        ("<pre style='white-space:normal'>a\nb</pre>", "a b"),
        ("<pre>a <b>b\nc</b> d</pre>e\nf", "a b\nc d\ne f"),
        ("<blockquote><pre>a\nb</pre></blockquote>", "> a\n> b"),
    ],
)
def test_the_lines_of_preformatted_text_are_kept(html: str, text: str) -> None:
    assert text_of(html).rstrip() == text


def test_a_page_is_measured_by_its_text() -> None:
    picture = f"<img src='data:image/png;base64,{'A' * 400_000}'>"
    script = f"<script>{'x' * 400_000}</script><style>{'y' * 400_000}</style><!--{'z' * 400_000}-->"
    page = read_html(f"{picture}{script}<p>The door code is 4711.</p>")
    assert (page.text.strip(), page.is_cut) == ("The door code is 4711.", False)


@pytest.mark.parametrize(
    ("begin", "end"),
    [("<script>", "</script>"), ("<STYLE>", "</style>"), ("<!--", "-->"), ("<title>", "</title>")],
)
def test_tags_in_scripts_and_comments_do_not_count(begin: str, end: str) -> None:
    inner = "<div class=x>" * (MAX_DEPTH + 10)
    page = read_html(f"<!-->{begin}{inner}{end}<p>Hello</p>")
    assert (page.text.strip(), page.is_cut) == ("Hello", False)


def test_a_page_that_is_not_read_to_its_end_says_so() -> None:
    assert read_html("<b>a</b> " * MAX_TAGS).is_cut
    assert read_html("a " * 1_000_001).is_cut
    assert not read_html("<b>a</b> " * 1_000).is_cut
