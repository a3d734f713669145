"""English is told from what only resembles it. All texts are invented."""

from __future__ import annotations

import polars as pl
import pytest

from reports.reading.language import detect


def told(*texts: str | None) -> list[str | None]:
    return detect(pl.Series("text", texts, dtype=pl.String)).to_list()


ENGLISH = """
The app crashes every time I open it.
Worst.
useless
pathetic
fraud!!
scammers
delicious 😋
outstanding
highly recommended
well done
hidden charges
fake coupon codes
Wonderful 👍👍
gud
osm app
vry nice
supar
exilent service
awsome
niceeeeee
goooood
besttttt appp
amezing experiance
satisfoed
super fast
Not working
need dark mode
ads ads ads
better than before
log in problem
no regional language
battery drain
Can't upload photos
my favourite game
thanks bro
Great but café search is slow
Bon voyage was a great hotel and the staff were lovely
Please add Hindi subtitles
""".strip().splitlines()

FOREIGN = {
    "de": "Das ist gut|Die App ist gut|Funktioniert nicht|Leider stürzt die App ab|Ich will mein Geld|Sehr gut|Toll",
    "fr": "Très bien|ne marche pas|Service client nul|J'adore cette app|Livraison trop lente|Bonne application",
    "es": "No me gusta|La mejor app|Muy mala app|No puedo entrar|no sirve|me encanta|Excelente servicio al cliente",
    "pt": "Muito bom|App muito ruim|não funciona|melhor app de entrega|gostei demais|Péssimo atendimento",
    "it": "Ottima app|non funziona|app utile ma lenta|mi piace molto|Pessimo servizio|va bene ma troppa pubblicità",
    "nl": "Goede app|werkt niet|Slechte service|De app is traag|Het was een ramp|Ik kan niet inloggen",
    "id": "bagus sekali|gak bisa login|good app tapi lemot banget|tolong perbaiki|mantap|tidak bisa dibuka",
    "tl": "Maganda ang app|nice app po|hindi gumagana|bakit ayaw mag open|good game naman sya|ang daming ads",
    "hi": "bahut accha app hai|Nice app hai|order cancel nahi hota|bekar service hai|very good app hai ye"
    "|paisa vapas karo|best app hai bhai|refund nahi mila customer care bekar|ghatiya app",
    "bn": "khub valo app|onek sundor",
    "tr": "Çok güzel|super uygulama|bu oyun çok kötü",
    "pl": "Super gra polecam|nie działa|Bardzo dobra aplikacja",
    "fi": "ei toimi|todella huono peli",
    "ro": "Foarte bun|nu merge aplicatia",
}

SCRIPTS = [
    ("好", "zh"),
    ("很好用 app", "zh"),
    ("最高です", "ja"),
    ("アプリ", "ja"),
    ("좋아요", "ko"),
    ("Отлично", "ru"),
    ("Чудова програма, дякую", "uk"),
    ("Приложението е много бързо, съвет", "bg"),
    ("ممتاز", "ar"),
    ("برنامه خیلی خوب", "fa"),
    ("بہت اچھا ہے", "ur"),
    ("बहुत अच्छा ऐप", "hi"),
    ("खूप छान आहे", "mr"),
    ("খুব ভালো", "bn"),
    ("மிகவும் நன்று", "ta"),
    ("సూపర్", "te"),
    ("ดีมาก", "th"),
    ("מעולה", "he"),
    ("Τέλεια εφαρμογή", "el"),
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_read_however_short_or_misspelt(text: str) -> None:
    assert told(text) == ["en"]


@pytest.mark.parametrize(("language", "text"), [(k, text) for k, texts in FOREIGN.items() for text in texts.split("|")])
def test_another_language_is_told_though_it_borrows(language: str, text: str) -> None:
    assert told(text) == [language]


@pytest.mark.parametrize(("text", "language"), SCRIPTS)
def test_the_script_decides_first(text: str, language: str) -> None:
    assert told(text) == [language]


@pytest.mark.parametrize("text", ["", " ", "😍😍", "10/10", "5 ⭐", "?!", "Rajesh Kumar", "asdfgh", "xkcd qwrt"])
def test_what_says_nothing_has_no_language(text: str) -> None:
    assert told(text) == [None]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I have used this for two years and it never failed me. Bahut accha hai.", "en"),
        ("Bahut accha app hai, mera paisa wapas mil gaya aur refund bhi jaldi aaya. Very good.", "hi"),
        ("Nice. Die Lieferung war leider sehr spät und das Essen kalt.", "de"),
        ("The new update is great, 谢谢", "en"),
        ("很好，我每天都用 nice app", "zh"),
    ],
)
def test_of_two_languages_the_one_that_says_more_counts(text: str, language: str) -> None:
    assert told(text) == [language]


def test_length_order_repeats_and_nulls_are_kept() -> None:
    found = detect(pl.Series("text", ["gut gemacht, danke", None, "Great app", "😍", "Great app"]))
    assert found.name == "language"
    assert found.dtype == pl.String
    assert found.to_list() == ["de", None, "en", None, "en"]
    assert told() == []


def test_a_text_is_told_alike_in_any_company() -> None:
    texts = [
        *ENGLISH,
        *(text for texts in FOREIGN.values() for text in texts.split("|")),
        *(text for text, _ in SCRIPTS),
    ]
    texts += ["satisfoed ho gaya bhai", "satisfoed kunde sehr gut", "Rajesh Kumar"]
    assert told(*texts) == [told(text)[0] for text in texts]
