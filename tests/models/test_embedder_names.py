"""What the name and the prompts of an embedder say."""

import pytest

from models.embedder_names import knows_only_english, prompt_for


@pytest.mark.parametrize(
    ("name", "only_english"),
    [
        ("all-MiniLM-L6-v2@0123456789ab", True),
        ("sentence-transformers/all-mpnet-base-v2@main", True),
        ("BAAI/bge-small-en-v1.5@main", True),
        ("bge_small_en@0123456789ab", True),
        ("multilingual-e5-small@0123456789ab", False),
        ("intfloat/multilingual-e5-base@main", False),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2@main", False),
        ("BAAI/bge-m3@main", False),
        ("openembed@main", False),
    ],
)
def test_some_embedders_are_known_to_know_only_english(name: str, only_english: bool) -> None:
    assert knows_only_english(name) is only_english


def test_the_first_prompt_that_is_not_empty_counts() -> None:
    prompts = {"document": "", "passage": "passage: ", "corpus": "text: ", "query": None}
    assert prompt_for(prompts, "document", "passage", "corpus") == "passage: "
    assert prompt_for(prompts, "query") == ""
    assert prompt_for({}, "query") == ""
