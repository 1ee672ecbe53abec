"""The owner's templates first, then ours; a mistake is named with its file and line."""

from pathlib import Path

import pytest

from publisher.errors import TemplateError
from publisher.templating import Templates, plain_lines, shipped_templates


def written(folder: Path, name: str, text: str) -> Templates:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return Templates(folder)


def test_an_owners_file_shadows_ours_and_only_that_one(tmp_path: Path) -> None:
    templates = written(tmp_path, "mail/notice/subject.txt", "Ours: {{ title }}")
    assert templates.render("mail/notice/subject.txt", title="x") == "Ours: x"
    assert Templates().render("mail/notice/subject.txt", title="x").strip() == "x"
    assert templates.exists("mail/issue/body.mjml")
    assert not templates.exists("mail/issue/body.docx")


def test_html_is_escaped_and_plain_text_is_not(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "{{ x }}")
    written(tmp_path, "a.mjml", "{{ x }}")
    assert written(tmp_path, "a.html", "{{ x }}").render("a.html", x="<&>") == "&lt;&amp;&gt;"
    assert Templates(tmp_path).render("a.mjml", x="<") == "&lt;"
    assert Templates(tmp_path).render("a.txt", x="<&>") == "<&>"


def test_every_template_knows_its_language_and_direction(tmp_path: Path) -> None:
    templates = written(
        tmp_path, "a.txt", "{{ language }} {{ direction }} {{ start }} {{ end }} {{ _('Hi %(n)s', n=n) }}"
    )
    assert templates.render("a.txt", language="ar", n="A") == "ar rtl right left Hi A"
    assert templates.render("a.txt", n="A") == "en ltr left right Hi A"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("one\n{{ x.y", "a.html, line 2 does not compile"),
        ("one\ntwo\n{{ missing }}", "a.html, line 3 cannot be filled in: 'missing' is undefined"),
        ("{{ 1 / 0 }}", "a.html, line 1 cannot be filled in: division by zero"),
        ("{% include 'gone.html' %}", "no template gone.html"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, source: str, sentence: str) -> None:
    with pytest.raises(TemplateError, match=sentence):
        written(tmp_path, "a.html", source).render("a.html")


def test_shipped_templates_are_found_in_a_checkout() -> None:
    assert (shipped_templates() / "mail" / "issue" / "body.mjml").is_file()


def test_plain_lines_keeps_one_empty_line_at_most() -> None:
    assert plain_lines("\n\na  \n\n\n\nb\n\n") == "a\n\nb\n"


def test_a_label_has_the_colon_of_its_language(tmp_path):
    (tmp_path / "label.txt").write_text("{{ 'Rejoindre'|colon }}")
    templates = Templates(tmp_path)
    assert [templates.render("label.txt", code) for code in ("fr", "fr-CA", "en", "ar")] == [
        "Rejoindre\u00a0:", "Rejoindre\u00a0:", "Rejoindre:", "Rejoindre:",
    ]  # fmt: skip
