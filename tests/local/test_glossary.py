"""The glossary follows the engine's classes, and a word with two meanings is noticed."""

from pathlib import Path

from local.docs import glossary


def test_the_glossary_is_up_to_date() -> None:
    text = glossary.DOCUMENT.read_text("utf-8")
    assert glossary.written(text) == text


def test_every_public_class_of_the_engine_has_a_meaning() -> None:
    text = glossary.DOCUMENT.read_text("utf-8")
    names = [
        name
        for name, file, _ in glossary.public_classes(glossary.ENGINE)
        if f"class {name}" in file.read_text("utf-8")
    ]
    assert len(names) > 50
    assert [name for name in names if f"| `{name}` | " not in text] == []


def test_no_public_name_of_the_brain_is_defined_twice() -> None:
    assert glossary.defined_twice(glossary.BRAIN) == {}


def test_a_name_that_two_files_define_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class Page:\n    pass\n")
    (tmp_path / "b.py").write_text("type Page = int\n")
    assert glossary.defined_twice(tmp_path, root=tmp_path) == {"Page": ["a.py", "b.py"]}
