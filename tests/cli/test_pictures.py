"""Pictures and corrections by command."""

from pathlib import Path

from commands import Publisher
from PIL import Image


def test_a_picture_is_taken_in_described_shown_and_taken_out(publisher: Publisher, tmp_path: Path) -> None:
    file = tmp_path / "tower.png"
    Image.new("RGB", (900, 600), "teal").save(file)
    assert "Say in a few words what the picture shows" in refusal(publisher, "pictures", "add", file)
    made = publisher(
        "pictures", "add", file, "--alt", "A tower", "--alt-in", "fr=Une tour", "--credit", "Amina", "--json"
    ).json
    assert (made["alt"], made["alts"], made["size"], made["state"]) == (
        "A tower",
        {"fr": "Une tour"},
        "900 × 600",
        "shelved",
    )
    number = str(made["picture"])
    publisher("pictures", "describe", number, "--licence", "CC BY 4.0")
    publisher("pictures", "use", number, "brand:hub")
    shown = publisher("pictures", "show", number, "--json").json
    assert (shown["alt"], shown["credit"], shown["licence"], shown["used"]) == (
        "A tower",
        "Amina",
        "CC BY 4.0",
        ["brand:hub"],
    )
    assert "shows this picture" in refusal(publisher, "pictures", "remove", number)
    publisher("pictures", "use", "none", "brand:hub")
    publisher("pictures", "remove", number)
    assert publisher("pictures", "list", "--json").json == []


def test_what_is_no_picture_is_a_sentence(publisher: Publisher, tmp_path: Path) -> None:
    svg = tmp_path / "logo.png"
    svg.write_text("<svg><script>alert(1)</script></svg>")
    assert "SVG drawing" in refusal(publisher, "pictures", "add", svg, "--alt", "Our name")
    assert "There is no file" in refusal(publisher, "pictures", "add", tmp_path / "none.jpg", "--decorative")
    assert "no such picture" in refusal(publisher, "pictures", "use", "7", "brand:hub")
    assert "Name a picture by its number" in refusal(publisher, "pictures", "use", "first", "brand:hub")
    assert "no such picture" in refusal(publisher, "pictures", "show", "99999999999999")


def test_a_correction_by_command(publisher: Publisher, tmp_path: Path) -> None:
    readers = tmp_path / "readers.csv"
    readers.write_text('email,name,language\nalice@example.org,Alice,en\nines@example.org,Ines,"fr,en"\n')
    publisher("brand", "set", "--postal-address", "1 Lane, Nairobi")
    publisher("lists", "add", "monthly", "--name", "The Monthly")
    publisher("subscribers", "import", readers, "--list", "monthly", "--consent", "At the fair")
    publisher("newsletters", "add", "monthly", "--list", "monthly", "--cadence", "monthly on the 1st at 9:00", "--zone", "Africa/Nairobi", "--language", "en,fr")  # fmt: skip
    publisher("resources", "add", "--link", "https://example.org/a.pdf", "--title", "Pay in Kenya", "--news")
    issue = publisher("issues", "draft", "monthly", "--json").json["issue"]
    assert "was sent can be corrected" in refusal(publisher, "issues", "correct", issue, "--note", "en=It is 14.")
    publisher("issues", "send", issue)
    publisher("send", "--drain")
    assert "written as a language and a text" in refusal(publisher, "issues", "correct", issue, "--note", "It is 14.")
    assert "goes to all, item or none" in refusal(publisher, "issues", "correct", issue, "--letter", "everybody")
    reached = publisher("issues", "reached", issue, "--json").json
    assert [(one["subscriber"], one["language"]) for one in reached] == [
        ("alice@example.org", "en"),
        ("ines@example.org", "fr"),
    ]
    made = publisher(
        "issues", "correct", issue, "--note", "en=It is 14.", "--note", "fr=C’est 14.", "--letter", "all", "--json"
    ).json
    assert (made["people"], made["by_language"]) == (2, {"en": 1, "fr": 1})
    sent = publisher("issues", "send", made["letter"], "--json").json
    assert sent["prepared"] == 2
    assert "exactly this already" in refusal(publisher, "issues", "correct", issue, "--note", "en=It is 14.", "--note", "fr=C’est 14.")  # fmt: skip


def refusal(publisher: Publisher, *words: object) -> str:
    """The sentence of a command that was refused."""
    done = publisher(*words, ok=None)
    assert (done.code, done.out) == (2, "")
    return done.err
