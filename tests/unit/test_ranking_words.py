"""Words: what two articles have in common is seen through endings, accents, elision and scripts, in every language."""

from __future__ import annotations

import pytest
from broadsheet.ranking import idf, words
from broadsheet.ranking.fingerprint import fingerprint
from broadsheet.ranking.near import cosine

ALIKE = {
    "en": ["city cities", "class classes", "tax taxes", "church churches", "glass glasses", "nation nation's nations’"],
    "es": ["nación naciones", "pez peces", "ciudad ciudades", "árbol arboles", "lápiz lápices", "barrio barrios"],
    "de": [
        "Haus Hauses Häusern",
        "Minister Ministers Ministern",
        "Straße Straßen Strasse",
        "Lehrerin Lehrerinnen",
        "Kind Kinder Kindern",
    ],
    "fr": [
        "journal journaux",
        "château châteaux",
        "accord l'accord d’accord",
        "élection élections ELECTIONS",
        "cœur coeur",
    ],
    "pt": [
        "eleição eleições eleic\u0327o\u0303es",
        "jornal jornais",
        "hotel hotéis",
        "homem homens",
        "cidadão cidadãos",
        "luz luzes",
    ],
    "it": ["amica amiche amici", "albergo alberghi", "accordo l'accordo dell’accordo", "elezione elezioni"],
    "nl": ["huis huizen", "brief brieven", "regering regeringen"],
    "hu": ["kormány kormányok kormánynak"],
    "ru": ["правительство правительства правительством", "ёлками елками"],
    "tr": ["İstanbul Istanbul istanbul"],
    "ar": ["الرئيس الرَّئيس الرئيـــس"],
    "he": ["שלום שָׁלוֹם"],
    "sw": ["serikali Serikali"],
}
APART = {
    "en": ["news new", "glass glas", "crisis crise", "species speci"],
    "es": ["mes me", "país pasa", "francés franca"],
    "fr": ["deux deu", "eau eaux-de"],
    "pt": ["país pai", "mais mal"],
    "de": ["Kinder Küste"],
    "sw": ["mji mtu"],
}


@pytest.mark.parametrize(
    ("language", "group"), [(tongue, group) for tongue, groups in ALIKE.items() for group in groups]
)
def test_forms_of_a_word_are_one_term(language: str, group: str) -> None:
    assert len({tuple(words.terms(form, language)) for form in group.split()}) == 1


@pytest.mark.parametrize(
    ("language", "group"), [(tongue, group) for tongue, groups in APART.items() for group in groups]
)
def test_other_words_stay_other_terms(language: str, group: str) -> None:
    forms = group.split()
    assert len({tuple(words.terms(form, language)) for form in forms}) == len(forms)


COMMON = {
    "en": "the of and said was with their would",
    "es": "el de que los una para con está también",
    "de": "der die und ist nicht werden über auch",
    "fr": "le les des que dans est qu'il c'est pour",
    "pt": "de que os não uma para com também",
    "it": "della che non sono per anche",
    "hu": "hogy nem van egy",
    "ru": "что это как они его",
    "sw": "na ya wa kwa ni",
}


@pytest.mark.parametrize("language", COMMON)
def test_stop_words_tell_nothing(language: str) -> None:
    telling = [term for term in words.terms(COMMON[language], language) if idf.idf(term, language)]
    assert telling == []


TELLING = {
    "en": "parliament glassworks",
    "es": "parlamento faro",
    "de": "Bundesrat Leuchtturm",
    "fr": "parlement phare",
    "pt": "parlamento farol",
    "hu": "világítótorony",
    "sw": "serikali bunge",
    "zh": "灯塔",
    "ja": "灯台 ガラス",
    "th": "ประภาคาร",
}


@pytest.mark.parametrize("language", TELLING)
def test_what_an_article_is_about_tells_much_in_any_language(language: str) -> None:
    found = words.terms(TELLING[language], language)
    assert found
    assert all(idf.idf(term, language) > 1 for term in found)


def test_a_rare_word_tells_more_than_an_everyday_one_where_there_is_a_table() -> None:
    for language, everyday, rare in (
        ("en", "government", "lighthouse"),
        ("es", "ciudad", "faro"),
        ("de", "regierung", "leuchtturm"),
        ("fr", "ville", "phare"),
        ("pt", "cidade", "farol"),
        ("sv", "regering", "fyrtorn"),
    ):
        one, other = (words.terms(word, language)[0] for word in (everyday, rare))
        assert idf.idf(one, language) < idf.idf(other, language), language


def test_numbers_are_read_alike_and_bare_years_tell_little() -> None:
    assert words.terms("1,250 1.250", "en") == ["1250", "1250"]
    assert words.terms("3.5 3,5", "de") == ["3.5", "3.5"]
    assert words.terms("7 of 9", "en") == ["of"]
    assert idf.idf("2026", "en") < idf.idf("1250", "en")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "市长在灯塔", ["市长", "长在", "在灯", "灯塔"]),
        ("ja", "首相はガラスを見た", ["首相", "ガラス", "見"]),
        ("ko", "등대가", ["등대", "대가"]),
        ("th", "ประภาคาร", ["ประภ", "ระภา", "ะภาค", "ภาคา", "าคาร"]),
        ("en", "The 灯塔 light", ["the", "灯塔", "light"]),
    ],
)
def test_scripts_without_spaces_give_overlapping_runs(language: str, text: str, expected: list[str]) -> None:
    assert words.terms(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("en", "The mayor met Ada Brook. Then she left. “We,” said Ona.", {"ada", "brook", "ona"}),
        ("es", "El alcalde habló con Ona en Sund. Después calló.", {"ona", "sund"}),
        ("fr", "Le maire a vu Émile à l'Élysée. Puis il partit.", {"emile", "elysee"}),
        ("pt", "O prefeito encontrou Íris em Sund. Depois saiu.", {"iris", "sund"}),
        ("ru", "Мэр встретил Анну. Потом она ушла.", {"анну"}),
        ("de", "Der Minister traf Anna im Rathaus.", set()),
        ("ja", "市長は灯台を見た。", set()),
    ],
)
def test_names_are_known_by_a_capital_inside_a_sentence(language: str, text: str, names: set[str]) -> None:
    assert {term for term, named in words.read(text, language) if named} == names


def test_a_region_has_the_words_of_its_language() -> None:
    assert words.terms("Eleições", "pt-BR") == words.terms("eleição", "pt-PT")
    assert idf.idf("governo", "pt-BR") == idf.idf("governo", "pt")
    assert idf.table("no") == idf.table("nb")


@pytest.mark.parametrize("language", ["", "x", "../en", "qqq", "zh-Hant-TW", "EN"])
def test_any_language_tag_is_answered(language: str) -> None:
    assert fingerprint("Lighthouse 灯塔", "The lighthouse burned at night.", language)


STORIES = {
    "en": [
        ("Fire at the glassworks", "The glassworks of Orrin burned on Sunday. Firemen saved the old kiln."),
        ("Kiln of Orrin saved", "After the fires in the glasswork, its kilns are lit again in Orrin."),
        ("Vote on the ferry", "The council of Sund votes on a ferry that nobody wanted last year."),
    ],
    "sw": [
        ("Moto kiwandani", "Kiwanda cha vioo cha Orrin kiliungua Jumapili. Zimamoto waliokoa tanuru."),
        ("Tanuru la Orrin", "Baada ya moto kiwandani, tanuru la vioo limewashwa tena Orrin."),
        ("Kura ya feri", "Baraza la Sund linapiga kura kuhusu feri ambayo hakuna aliyeitaka."),
    ],
    "zh": [
        ("玻璃厂火灾", "奥林的玻璃厂星期日起火,消防员救下了老窑炉。"),
        ("窑炉得救", "玻璃厂火灾之后,奥林的窑炉重新点燃。"),
        ("渡轮投票", "桑德市议会就没有人想要的渡轮投票。"),
    ],
    "th": [
        ("ไฟไหม้โรงแก้ว", "โรงแก้วที่ออร์รินไฟไหม้เมื่อวันอาทิตย์ นักดับเพลิงช่วยเตาเผาเก่าไว้ได้"),
        ("เตาเผาปลอดภัย", "หลังไฟไหม้โรงแก้ว เตาเผาเก่าที่ออร์รินถูกจุดอีกครั้ง"),
        ("ลงมติเรื่องเรือ", "สภาเมืองซุนด์ลงมติเรื่องเรือข้ามฟากที่ไม่มีใครต้องการ"),
    ],
}


@pytest.mark.parametrize("language", STORIES)
def test_two_articles_of_one_story_are_nearer_than_two_of_different_ones(language: str) -> None:
    one, same, other = (fingerprint(title, text, language) for title, text in STORIES[language])
    assert cosine(one, same) > 3 * cosine(one, other)
    assert cosine(one, same) > 0.15


def test_without_a_table_long_words_tell_more_than_short_ones() -> None:
    found = [idf.idf(term, "sw") for term in ("kwa", "moto", "bunge", "tanuru", "serikal", "kiwandani")]
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] == found[-2] > found[-3]
