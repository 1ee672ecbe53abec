"""A show in the studio: made, decided about, moved, put away; and what is said when something is wrong."""

import json

import pytest
from desk_stage import plain
from media.making import png
from sound_stage import COVER, form_of, show_row

NEW = "/studio/podcasts/new"


def filled(editor, **changes):
    return form_of(editor.get(NEW), action=NEW) | {"title": "Small hands"} | changes


def test_an_empty_room_teaches_and_leads_to_the_first_show(editor, house):
    page = editor.get("/studio/podcasts")
    assert "A show has a feed that every app understands" in plain(page)
    values = filled(
        editor,
        description="Short *talks*.",
        people="Amina Otieno, host, https://example.org/amina\nSam, Guest",
        category="Kids & Family > Parenting",
        funding="https://example.org/give Help us",
        places="Kisumu, KE",
        topic=["play"] if 'value="play"' in page else [],
        country=["KE"],
    )
    place = editor.post(NEW, **values, cover=("cover.png", COVER, "image/png"))
    assert place == "/studio/podcasts/small-hands"
    row = show_row(house)
    assert row.categories == [["Kids & Family", "Parenting"]]
    assert [(one["name"], one["role"], one["link"]) for one in row.persons] == [
        ("Amina Otieno", "host", "https://example.org/amina"), ("Sam", "guest", None),
    ]  # fmt: skip
    assert row.funding == [{"url": "https://example.org/give", "text": "Help us"}]
    assert (row.places[0]["name"], row.places[0]["country"]) == ("Kisumu", "KE")
    assert ["country", "KE"] in row.subjects
    assert row.artwork_id is not None
    assert "Begin the first episode" in editor.get(place)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Give the show a name."),
        ({"slug": "Not This"}, "A short name has small letters"),
        ({"slug": "import"}, "means something else in the studio"),
        ({"owner_email": "nobody"}, "is not an e-mail address"),
        ({"link": "javascript:alert(1)"}, "is not a web address"),
        ({"funding": "give me money"}, "is not a web address"),
        ({"places": "Atlantis, QQ"}, "is not a country"),
        ({"hubs": "not-a-hub"}, "is not a web address"),
        ({"tags": "{"}, "This is not JSON"),
        ({"tags": "{}"}, "Write a list of tags"),
        ({"tags": '[{"name": "evil:tag"}]'}, "begins with podcast: or itunes:"),
        ({"editions": "Two Words"}, "A short name has small letters"),
    ],
)
def test_a_refused_show_loses_nothing_and_says_why(editor, house, wrong, sentence):
    values = filled(editor, description="Words that took an hour.", people="Amina, host") | wrong
    page = editor.post(NEW, 422, **values)
    assert sentence in plain(page)
    again = form_of(page, action=NEW)
    assert again["description"] == "Words that took an hour."
    assert again["people"] == "Amina, host"
    for name, value in wrong.items():
        assert again[name] == value
    assert "There is no show" in plain(editor.get("/studio/podcasts/small-hands", 404))


def test_a_cover_is_looked_at_first_and_mended_where_that_is_asked_for(editor, house, show):
    here = f"{show}/settings"
    before = show_row(house).artwork_id
    values = form_of(editor.get(here), action=here) | {"author": "Somebody else"}
    page = editor.post(here, 422, **values, cover=("tall.png", png(1400, 1500), "image/png"))
    assert "Covers are square" in plain(page)
    assert form_of(page, action=here)["author"] == "Somebody else"
    assert show_row(house).author == "Early Hands"
    page = editor.post(here, 422, **values, cover=("large.png", png(3100, 3100), "image/png"))
    assert "Covers have at most 3000" in plain(page)
    editor.post(here, **values, mend="yes", cover=("large.png", png(3100, 3100), "image/png"))
    assert show_row(house).artwork_id != before
    assert show_row(house).author == "Somebody else"


def test_what_has_no_form_is_carried_whole(editor, house, show):
    here = f"{show}/settings"
    tags = [{"name": "podcast:txt", "attributes": {"purpose": "verify"}, "text": "abc", "children": []}]
    values = form_of(editor.get(here), action=here)
    editor.post(here, **(values | {"tags": json.dumps(tags)}))
    assert show_row(house).tags[0]["text"] == "abc"
    editor.post(here, **form_of(editor.get(here), action=here))
    assert show_row(house).tags[0]["text"] == "abc"
    assert "Nothing was different." in editor.told(here, **form_of(editor.get(here), action=here))


def test_a_show_moves_away_and_comes_back(editor, house, show):
    editor.get(f"{show}/settings")
    assert "is not a web address" in plain(editor.post(f"{show}/move", 422, to="elsewhere"))
    said = editor.told(f"{show}/move", to="https://elsewhere.example.org/feed.xml")
    assert "sends everybody on to https://elsewhere.example.org/feed.xml" in said
    answer = editor.client.get("/podcasts/small-hands/feed.xml")
    assert (answer.status_code, answer.headers["location"]) == (301, "https://elsewhere.example.org/feed.xml")
    editor.told(f"{show}/move", to="")
    assert editor.client.get("/podcasts/small-hands/feed.xml").status_code == 200


def test_an_archived_show_comes_back_by_undo(editor, house, show):
    editor.get(f"{show}/settings")
    page = editor.get(editor.post(f"{show}/settings", verb="archive"))
    assert show_row(house).state == "archived"
    assert show_row(house).title == "Small hands"
    undo = f"{show}/settings?verb=reopen"
    assert undo in page
    editor.post(undo)
    assert show_row(house).state == "active"
    assert show_row(house).description == "Short talks."


def test_viewers_look_and_do_not_touch(sit_down, house, show):
    viewer = sit_down("viewer")
    for path in ("/studio/podcasts", show, f"{show}/settings", f"{show}/numbers", "/studio/podcasts/check"):
        page = viewer.get(path)
        assert "New episode" not in page
    viewer.get(NEW, 403)
    viewer.get(f"{show}/episodes/new", 403)
    viewer.get("/studio/podcasts/import", 403)
    viewer.post(f"{show}/settings", 403, title="Mine now")
    viewer.post(f"{show}/move", 403, to="https://example.org/feed.xml")
    viewer.post(f"{show}/members", 403, verb="all")
    assert show_row(house).title == "Small hands"


def test_strangers_are_sent_to_the_log_in(stranger, show):
    for path in ("/studio/podcasts", show, f"{show}/numbers.csv"):
        assert stranger.client.get(path).status_code == 303
