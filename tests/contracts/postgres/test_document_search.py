"""One contract for the search, in Postgres and in memory; then what only Postgres does."""

import pytest

from brain.documents.ports import Documents
from brain.texts.words import PASSAGE_CHARS
from tests.contracts.postgres.documents_stage import keep, titles


async def test_a_question_finds_the_note_it_is_about(documents: Documents, anna: str) -> None:
    await keep(documents, anna, "Garden", "The roses need water.")
    id = await keep(documents, anna, "Remember", "Remember: my passport is in the blue drawer.")
    [best, *_] = await documents.search(anna, query="where is my passport?", limit=5)
    assert best.document_id == id
    assert best.snippet == "Remember: my passport is in the blue drawer."
    assert best.score > 0


async def test_a_title_alone_is_found(documents: Documents, anna: str) -> None:
    await keep(documents, anna, "Wifi password", "")
    assert await titles(documents, anna, "wifi") == ["Wifi password"]


async def test_a_chinese_question_finds_a_chinese_text(documents: Documents, anna: str) -> None:
    await keep(documents, anna, "旅行", "我的护照在蓝色抽屉里。请不要忘记。")
    assert await titles(documents, anna, "护照在哪里?") == ["旅行"]
    assert await titles(documents, anna, "天气") == []


async def test_case_width_and_composition_of_letters_make_no_difference(
    documents: Documents, anna: str
) -> None:
    await keep(
        documents,
        anna,
        "Orte",
        "ÖSTERREICH, Straße nach Zu\u0308rich, full width \uff21\uff22\uff23",
    )
    for query in ("österreich", "STRASSE", "zürich", "abc"):
        assert await titles(documents, anna, query) == ["Orte"]


async def test_the_beginning_of_a_word_finds_it_when_no_whole_word_does(
    documents: Documents, anna: str
) -> None:
    await keep(documents, anna, "Remember", "My passport is in the drawer")
    assert await titles(documents, anna, "passp") == ["Remember"]


async def test_a_search_gives_one_passage_a_document_and_no_more_than_the_limit(
    documents: Documents, anna: str
) -> None:
    for number in range(4):
        await keep(documents, anna, f"Trip {number}", "Rome. " * 300)
    found = await documents.search(anna, query="Rome", limit=3)
    assert len({passage.document_id for passage in found}) == len(found) == 3


@pytest.mark.parametrize(
    "query", ["", "   ", "?!", "\0", "\ud800", "'", "a & | ! :* \\ <-> (", "%s"]
)
async def test_a_query_of_any_characters_is_answered(
    documents: Documents, anna: str, query: str
) -> None:
    await keep(documents, anna, "Note", "milk and bread")
    assert await titles(documents, anna, query) == []


# ---- what only Postgres does


async def test_a_rare_word_has_more_weight_than_a_frequent_one(
    real_documents: Documents, anna: str
) -> None:
    for number in range(20):
        await keep(
            real_documents, anna, f"Diary {number}", "Anna came for dinner, Anna went home. " * 3
        )
    await keep(real_documents, anna, "The flat", "A locksmith came.")
    assert (await titles(real_documents, anna, "did Anna call the locksmith"))[0] == "The flat"


async def test_what_shares_only_a_frequent_word_with_the_query_is_left_out(
    real_documents: Documents, anna: str
) -> None:
    for number in range(10):
        await keep(real_documents, anna, f"Diary {number}", "We stayed in the house.")
    await keep(real_documents, anna, "Zoo", "The house of the zebra and the giraffe.")
    assert await titles(real_documents, anna, "house of zebra and giraffe") == ["Zoo"]


async def test_a_word_in_the_title_weighs_more_than_in_the_body(
    real_documents: Documents, anna: str
) -> None:
    await keep(real_documents, anna, "Insurance", "policy number 4711")
    await keep(real_documents, anna, "Groceries", "a pancake for the insurance man")
    assert await titles(real_documents, anna, "insurance") == ["Insurance", "Groceries"]


async def test_the_matching_passage_of_a_long_document_is_quoted(
    real_documents: Documents, anna: str
) -> None:
    chapters = [f"# Chapter {number}\n" + "The piano has a key. " * 40 for number in range(80)]
    chapters[57] = "# The key\n\nThe spare key lies under the third flower pot, left of the door."
    await keep(real_documents, anna, "House book", "\n\n".join(chapters))
    [passage] = await real_documents.search(anna, query="where is the spare key", limit=5)
    assert "The spare key lies under the third flower pot, left of the door." in passage.snippet
    assert len(passage.snippet) <= PASSAGE_CHARS


async def test_other_forms_of_a_word_find_it_in_the_language_of_the_document(
    real_documents: Documents, anna: str
) -> None:
    await keep(real_documents, anna, "Running", "She was carrying boxes into the new houses.")
    await keep(real_documents, anna, "Ausweise", "Mein Reisepass liegt in der blauen Schublade.")
    assert await titles(real_documents, anna, "he carries") == ["Running"]
    assert await titles(real_documents, anna, "blauer Schubladen") == ["Ausweise"]


@pytest.mark.parametrize(
    "query",
    ["where is it and what does it do", "wo ist denn das, und was ist es", "où est-ce que tu es"],
)
async def test_stop_words_do_not_outweigh_a_meaningful_word(
    real_documents: Documents, anna: str, query: str
) -> None:
    await keep(
        real_documents,
        anna,
        "Noise",
        "where is it and what. wo ist das und was. où est ce que tu es",
    )
    await keep(real_documents, anna, "Zebra", "zebra")
    assert (await titles(real_documents, anna, f"{query} zebra"))[0] == "Zebra"


async def test_a_query_whose_only_meaningful_word_is_unknown_finds_nothing(
    real_documents: Documents, anna: str
) -> None:
    await keep(real_documents, anna, "Remember", "My passport is in the blue drawer")
    assert await titles(real_documents, anna, "where is my umbrella") == []
    assert await titles(real_documents, anna, "wo ist mein Regenschirm") == []


async def test_a_query_of_stop_words_only_finds_them(real_documents: Documents, anna: str) -> None:
    await keep(real_documents, anna, "The Who", "Records: who is who")
    assert await titles(real_documents, anna, "who is who") == ["The Who"]
