"""Other languages: what a text is in, its stems, and that a question meets its answer."""

import pytest

from memory.tape.indexes.bm25 import LexicalIndex
from memory.text.arabic import arabic_stem
from memory.text.languages import languages_of
from memory.text.words import content_terms, terms, words_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mein Bruder wohnt bei uns", "german"),
        ("Die Suppe hat geschmeckt", "german"),
        ("J'ai perdu mes lunettes", "french"),
        ("¿Dónde está el coche?", "spanish"),
        ("Eu não como carne", "portuguese"),
        ("Dov'è la mia borsa?", "italian"),
        ("Ik woon nu in Gent", "dutch"),
        ("Jag bor inte i Malmö", "swedish"),
        ("Kuka on minun lääkärini?", "finnish"),
        ("Hol van a kulcsom, és mikor jön?", "hungarian"),
        ("Unde este cheia mea?", "romanian"),
        ("Benim arabam nerede?", "turkish"),
        ("Gdzie jest moja torba?", "polish"),
        ("Kde je moje taška?", "czech"),
        ("Di mana kunci saya?", "indonesian"),
    ],
)
def test_a_text_is_in_the_language_of_its_function_words(text: str, language: str) -> None:
    assert language in languages_of(words_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Paris",
        "I met a man in Den Haag and he had a hat",
        "The war on drugs was in the news",
        "Die Hard",
        "Dr. van der Berg said that I am fine",
        "Ella and Tom come to the party, and Ella sings",
        "We ate pasta con le sarde, and it was great",
        "我和Tom一起去，Tom也喜欢",
    ],
)
def test_a_text_is_english_in_doubt(text: str) -> None:
    assert languages_of(words_of(text)) == ()


@pytest.mark.parametrize("text", ["My dogs were running home.", "我喜欢猫", "Ada's café"])
def test_english_and_chinese_texts_have_no_added_terms(text: str) -> None:
    assert len(terms(text)) == len(words_of(text))


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("Was ist mit meinen Brüdern?", "Mein Bruder ist krank.", "Wie geht es dir?"),
        ("Wie heißen die Hunde?", "Ich habe einen Hund.", "Die Wohnung ist klein."),
        ("Où sont mes clés ?", "J'ai mis la clé sous le pot.", "Où sont les enfants ?"),
        ("¿Dónde están mis llaves?", "La llave está en la mesa.", "¿Dónde están los niños?"),
        ("Dove lavora l'amica?", "Una mia amica lavora in banca.", "Dove sono i bambini?"),
        ("Где мой брат?", "Я говорил с братом.", "Где мой телефон?"),
        ("Кому я дал книгу?", "Мои книги у соседа.", "Кому я это говорил?"),
        ("Де моя книга?", "Я дав книгу сусідові.", "Де ми живемо?"),
        ("أين السيارة؟", "سيارتي عند الميكانيكي", "أين نسكن؟"),
        ("متى الاجتماع مع المدير؟", "اجتماعي يوم الأحد", "متى نلتقي مع أختك؟"),
        ("ماذا قال لأمي؟", "أمي مريضة", "ماذا قال هذا؟"),
        ("Πού είναι η γάτα μου;", "Οι γάτες κοιμούνται.", "Πού είναι το σπίτι;"),
        ("מה שם החתול שלי?", "חתול אחד ישן", "מה זה שלי?"),
        ("मेरी बिल्ली का नाम क्या है?", "बिल्लियों का खाना", "क्या है यह?"),
        ("Ankara'da benim neyim var?", "Teyzem bu yaz Ankara'dan geldi.", "Bu kim?"),
    ],
)
def test_a_question_meets_the_answer_in_another_case(
    question: str, answer: str, other: str
) -> None:
    index = LexicalIndex()
    index.add([0, 1], [other, answer])
    scores = index.scores(content_terms(question))[0]
    assert scores[1] > scores[0]


def test_function_words_are_not_searched_for() -> None:
    index = LexicalIndex()
    index.add([0], ["Ich habe ein Auto."])
    assert not index.scores(content_terms("Habe ich ein Pferd?"))[0].any()
    assert content_terms("Wer bist du?")


@pytest.mark.parametrize(
    ("question", "memory"),
    [
        ("Wer hat die Schlüssel?", "Schlüssel: Nachbar"),  # the memory shows no language
        ("Schlüssel?", "Ich habe die Schlüssel"),
        ("Qui a les clefs ?", "clefs: Jean"),
        ("Hvor er nøklene?", "Jag har inte nøklene"),  # Norwegian in a Swedish sentence
    ],
)
def test_a_word_meets_itself_in_a_text_of_another_language(question: str, memory: str) -> None:
    index = LexicalIndex()
    index.add([0], [memory])
    assert index.scores(content_terms(question))[0][0] > 0


def test_added_stems_do_not_count_in_the_length() -> None:
    index = LexicalIndex()
    text = "Meine Schwestern wohnen in kleinen Städten"
    index.add([0], [text])
    assert len(terms(text)) > 6
    assert index.lengths[0] == 6


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        ("كتاب الكتاب كتابي والكتاب للكتاب بالكتاب كتابها", "كتاب"),
        ("غرفة الغرفة غرفتي غُرفة", "غرف"),
        ("بنت البنت بنتي", "بنت"),
        ("ملك", "ملك"),
        ("أبي لأبي وأبي", "اب"),
        ("و", "و"),
    ],
)
def test_arabic_words_have_light_stems(words: str, stem: str) -> None:
    assert {arabic_stem(word) for word in words.split()} == {stem}
