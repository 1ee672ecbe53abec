"""The library of pictures in the studio: taken in, described, chosen, and served so that nothing in it runs."""

import io
import re

import pytest
from desk_stage import plain
from PIL import Image
from sqlmodel import select

from publisher.mail.models import Identity
from publisher.media.models import MediaFile

HERE = "/studio/pictures"
SAID = {"alt": "Two children build a tower", "credit": "Amina Otieno", "licence": "CC BY 4.0", "alt_fr": "Deux enfants"}


def photograph(colour="teal", size=(900, 600), form="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


@pytest.fixture
def picture(editor):
    """Address of a picture that an editor took in."""
    editor.get(HERE)
    return editor.post(HERE, file=("../IMG 1.png", photograph(), "image/png"), **SAID)


def test_a_picture_is_taken_in_and_described_anew(editor, picture, database):
    page = editor.get(picture)
    assert "Two children build a tower" in page
    assert "Amina Otieno" in page
    assert "Nothing yet" in plain(page)
    editor.post(picture, verb="save", alt="A tower", credit="", licence="")
    assert "A tower" in editor.get(HERE)
    assert "Say in a few words what the picture shows" in editor.post(picture, 422, verb="save", alt="")
    with database.session() as session:
        media = session.exec(select(MediaFile)).one()
        assert (media.alt, media.extension, media.name) == ("A tower", "jpg", "IMG 1.jpg")


def test_what_came_without_words_keeps_what_was_typed(editor):
    editor.get(HERE)
    page = editor.post(HERE, 422, file=("a.jpg", photograph(), "image/jpeg"), credit="Amina Otieno", alt="")
    assert "Say in a few words what the picture shows" in page
    assert 'value="Amina Otieno"' in page
    assert "Choose a picture, or give the address of one." in editor.post(HERE, 422, alt="A tower")
    assert "SVG drawing" in editor.post(HERE, 422, alt="A tower", file=("a.png", b"<svg onload='x()'/>", "image/png"))
    assert 'id="f-url-error"' in editor.post(HERE, 422, alt="A tower", url="http://127.0.0.1:1/a.png")
    editor.post(HERE, file=("a.jpg", photograph(), "image/jpeg"), decorative="yes")


def test_it_is_served_so_that_nothing_in_it_runs(editor, picture, stranger, database):
    with database.session() as session:
        media = session.exec(select(MediaFile)).one()
    for path, kind in (
        (f"/media/{media.digest}.jpg", "image/jpeg"), (f"/media/{media.digest}/320.webp", "image/webp"),
        (f"/media/{media.digest}/1072.jpg", "image/jpeg"), (f"/media/{media.digest}/640.png", "image/png"),
    ):  # fmt: skip
        answer = stranger.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    for path in (
        f"/media/{media.digest}.png",
        f"/media/{media.digest}.svg",
        f"/media/{media.digest}/77.jpg",
        f"/media/{'0' * 64}.jpg",
    ):
        assert stranger.client.get(path).status_code == 404
    editor.get(picture)
    editor.post(picture, verb="remove")
    assert stranger.client.get(f"/media/{media.digest}.jpg").status_code == 404


def test_a_resource_shows_the_picture_that_was_chosen_for_it(editor, picture, stranger):
    work_id = re.search(r"/studio/library/(\d+)", editor.get("/studio/library/shelf"))[1]
    resource = f"/studio/library/{work_id}"
    choose = re.search(r'href="(/studio/pictures\?for=[^"]+)"', editor.get(resource))[1]
    assert "Show this one" in editor.get(choose)
    number = picture.rpartition("/")[2]
    assert editor.post(f"{HERE}/use", picture=number, place=f"resource:{work_id}") == resource
    assert "shown there now" in editor.get(choose)
    assert "/media/" in editor.get(resource)
    page = stranger.client.get(f"/library/{work_id}", follow_redirects=True).text
    assert 'alt="Two children build a tower"' in page
    assert 'width="640" height="427"' in page
    assert "Amina Otieno" in page
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in page
    french = stranger.client.get(f"/library/{work_id}?lang=fr", follow_redirects=True).text
    assert 'alt="Deux enfants"' in french
    assert "shows this picture" in editor.post(picture, 409, verb="remove")
    editor.post(f"{HERE}/use", picture="none", place=f"resource:{work_id}")
    assert "/media/" not in stranger.client.get(f"/library/{work_id}", follow_redirects=True).text


def test_taken_in_and_shown_at_once(editor, stranger):
    work_id = re.search(r"/studio/library/(\d+)", editor.get("/studio/library/shelf"))[1]
    editor.get(f"{HERE}?for=resource:{work_id}")
    place = f"resource:{work_id}"
    assert (
        editor.post(HERE, file=("a.jpg", photograph(), "image/jpeg"), place=place, **SAID)
        == f"/studio/library/{work_id}"
    )
    assert "Two children" in stranger.client.get(f"/library/{work_id}", follow_redirects=True).text


def test_only_owners_choose_the_logo(sit_down, database):
    owner, editor, viewer = sit_down("owner"), sit_down("editor"), sit_down("viewer")
    owner.get(HERE)
    number = owner.post(
        HERE, file=("logo.png", photograph(size=(800, 200), form="PNG"), "image/png"), alt="Our name"
    ).rpartition("/")[2]
    for browser in (editor, viewer):
        browser.get(HERE)
        browser.post(f"{HERE}/use", 403, picture=number, place="brand:hub")
    viewer.post(HERE, 403, file=("a.jpg", photograph(), "image/jpeg"), alt="A tower")
    owner.post(f"{HERE}/use", picture=number, place="brand:hub")
    assert 'width="200" height="50"' in owner.get("/")
    assert "Choose another" in owner.get("/studio/settings")
    with database.session() as session:
        assert session.exec(select(Identity)).first().logo["width"] == 200


def test_no_more_is_asked_of_the_database_with_more_pictures(editor, house):
    from sqlalchemy import event

    def asked():
        seen = []
        listen = lambda *said: seen.append(said[2])  # noqa: E731
        event.listen(house.database.engine, "before_cursor_execute", listen)
        editor.get(HERE)
        event.remove(house.database.engine, "before_cursor_execute", listen)
        return len(seen)

    editor.get(HERE)
    editor.post(HERE, file=("a.jpg", photograph("red"), "image/jpeg"), alt="One")
    editor.get(HERE)
    one = asked()
    for n in range(6):
        editor.post(HERE, file=("a.jpg", photograph((n * 30, 9, 9)), "image/jpeg"), alt=f"Tower {n}")
    editor.get(HERE)
    assert asked() == one
