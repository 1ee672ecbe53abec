"""Looking after readers in the browser."""

import re

from desk_stage import plain
from sqlmodel import col, select

from publisher.audience.models import Interest, MailingList, Person, Subscription
from publisher.library.models import Share, Work
from publisher.mail import addresses
from publisher.mail.models import Address, Outbox
from publisher.staff import trail
from publisher.staff.models import Trail

TABLE = "email;name;language\ndora@example.org;Dora;fr\nnot an address;X;en\ncarol@example.org;Carol;en\n".encode(
    "utf-8-sig"
)


def on(database, email, slug="monthly"):
    with database.session() as session:
        wanted = (
            select(Subscription.state)
            .join(Person, col(Person.id) == col(Subscription.person_id))
            .join(Address, col(Address.id) == col(Person.address_id))
            .join(MailingList, col(MailingList.id) == col(Subscription.list_id))
        )
        return session.exec(wanted.where(col(Address.email) == email, col(MailingList.slug) == slug)).first()


def test_people_are_found_without_an_address_in_an_address(editor, hub):
    editor.get("/studio/people")
    assert editor.post("/studio/people", q="alice@") == f"/studio/people/{hub['alice'].id}"
    several = plain(editor.post("/studio/people", 200, q="example.org"))
    assert "3 people with “example.org”" in several


def test_filters_and_rules(editor):
    assert "1 person" in plain(editor.get("/studio/people?list=monthly&state=active"))
    assert "Alice" in plain(editor.get("/studio/people?rule=country:KE"))
    wrong = plain(editor.get("/studio/people?rule=country:Atlantis"))
    assert "The rule cannot be read at character" in wrong
    assert "is not a country" in wrong
    exported = editor.client.get("/studio/people/export.csv?list=monthly&state=active").text
    assert exported.splitlines()[0].startswith("email,name,language")
    assert "alice@example.org" in exported
    assert "carol@example.org" not in exported


def test_choices_on_somebodys_behalf(editor, hub, database):
    path = f"/studio/people/{hub['alice'].id}"
    editor.get(path)
    refused = editor.post(path, 422, name="Alice B", language_1="en", zone="Mars/Olympus")
    assert "is not a time zone" in refused
    assert 'value="Alice B"' in refused
    editor.post(
        path,
        name="Alice B",
        language_1="ar",
        language_2="en",
        zone="Asia/Amman",
        topic=["leadership"],
        place=["region:145"],
    )
    with database.session() as session:
        person = session.get_one(Person, hub["alice"].id)
        wanted = {(i.facet, i.key) for i in session.exec(select(Interest).where(col(Interest.person_id) == person.id))}
    assert (person.name, person.languages, person.zone) == ("Alice B", "ar,en", "Asia/Amman")
    assert wanted == {("topic", "leadership"), ("region", "145")}


def test_pausing_ending_stopping(editor, hub, database):
    path = f"/studio/people/{hub['alice'].id}"
    editor.get(path)
    assert "No newsletters for 4 weeks." in editor.told(f"{path}/pause", weeks="4")
    assert "Newsletters come again." in editor.told(f"{path}/pause", weeks="0")
    assert "No newsletters go there" in editor.told(f"{path}/suppress", verb="stop")
    assert "Mail goes there again." in editor.told(f"{path}/suppress", verb="lift")
    assert "They are off Monthly" in editor.told(f"{path}/subscription", list="monthly")
    assert on(database, "alice@example.org") == "unsubscribed"
    refused = editor.post(f"{path}/join", 409, list="monthly", consent="Asked by telephone.")
    assert "Only they themselves can come back." in refused


def test_a_new_address_is_asked_by_mail(editor, hub, database):
    path = f"/studio/people/{hub['alice'].id}"
    editor.get(path)
    editor.post(f"{path}/address", email="alice@new.example.org")
    with database.session() as session:
        to = session.exec(select(Address).join(Outbox, col(Outbox.address_id) == col(Address.id))).one()
        assert to.email == "alice@new.example.org"
        assert session.get_one(Person, hub["alice"].id).address_id != to.id


def test_erasing_says_what_goes_and_only_an_owner_may(owner, hub, database):
    path = f"/studio/people/{hub['alice'].id}"
    page = plain(owner.get(path))
    assert "Erases the name and the address, 1 subscription and 1 interest. This cannot be undone." in page
    data = owner.client.get(f"{path}/data.json")
    assert data.headers["content-disposition"].startswith("attachment")
    assert data.json()["person"]["name"] == "Alice"
    assert "Tick the box" in owner.post(f"{path}/erase", 422)
    assert "Erased." in owner.told(f"{path}/erase", sure="yes")
    owner.get(path, 404)
    with database.session() as session:
        assert session.exec(select(Address).where(col(Address.email) == "alice@example.org")).first() is None
        lines = session.exec(select(Trail).where(col(Trail.about) == f"person:{hub['alice'].id}")).all()
        assert [line.what for line in lines] == ["Erased a person."]


def test_an_import_is_tried_before_it_is_done(editor, database):
    path = "/studio/people/import"
    editor.get(path)
    assert "Choose a file first." in editor.post(path, 422, list="monthly", verb="try")
    page = editor.post(
        path, 200, file=("people.csv", TABLE, "text/csv"), list="monthly", consent="At the meeting.", verb="try"
    )
    words = plain(page)
    assert "Nothing was changed yet." in words
    assert "1 new, 0 changed, 0 as they were, 2 skipped." in words.replace("no changed", "0 changed")
    assert "is not an e-mail address" in words
    assert on(database, "dora@example.org") is None
    upload = re.search(r'name="upload" value="([^"]+)"', page)[1]
    done = plain(editor.post(path, 200, upload=upload, list="monthly", consent="At the meeting.", verb="import"))
    assert "1 new" in done
    assert on(database, "dora@example.org") == "active"
    assert on(database, "carol@example.org") == "unsubscribed"
    assert "Choose a file first." in editor.post(path, 422, upload=upload, list="monthly", verb="import")
    assert "Choose a file first." in editor.post(path, 422, upload="../../etc/passwd", list="monthly", verb="import")


def test_lists_are_made_and_people_added_who_agreed(editor, database):
    path = "/studio/people/lists"
    editor.get(path)
    assert "There is a list “monthly” already." in editor.post(path, 409, verb="add", slug="monthly", name="Again")
    editor.post(path, verb="add", slug="circle", name="The circle", kind="cohort")
    emails = "erin@example.org\ncarol@example.org"
    assert "Say how they agreed." in editor.post(path, 422, verb="invite", slug="circle", emails=emails)
    told = editor.told(path, verb="invite", slug="circle", emails=emails, consent="They asked at the workshop.")
    assert "joined The circle." in told
    assert on(database, "erin@example.org", "circle") == "active"


def test_who_is_no_reader_has_a_page_and_can_be_erased(owner, house, now, database):
    with database.session() as session:
        address = addresses.find_or_make(session, house.tokens, "pia@example.org", now=now)
        work = session.exec(select(Work)).first()
        session.add(Share(work_id=work.id, address_id=address.id, name="Pia Lund", at=now))
        number = address.id
    owner.get("/studio/people")
    path = f"/studio/people/others/{number}"
    assert owner.post("/studio/people", q="pia l") == path
    page = plain(owner.get(path))
    assert "Not a reader: shared a resource. pia@example.org" in page
    assert "with us." in page
    assert "Erases the name and the address and their name at 1 shared resource. This cannot be undone." in page
    assert owner.client.get(f"{path}/data.json").json()["shares"][0]["name"] == "Pia Lund"
    assert "Tick the box" in owner.post(f"{path}/erase", 422)
    assert "Erased." in owner.told(f"{path}/erase", sure="yes")
    owner.get(path, 404)
    owner.get("/studio/people/others/99999999999", 404)
    told = plain(owner.post("/studio/people", 200, q="PIA@example.org"))
    assert "Whoever had this address was erased Monday 23 November" in told


def test_a_reader_is_not_shown_as_somebody_else(editor, hub):
    editor.get(f"/studio/people/others/{hub['alice'].address_id}", 404)


def test_a_long_story_is_folded_until_it_is_asked_for(editor, hub, database, now):
    with database.session() as session:
        for number in range(60):
            trail.note(session, "editor@example.org", f"person:{hub['alice'].id}", f"Called {number} times.", now)
    path = f"/studio/people/{hub['alice'].id}"
    page = editor.get(path)
    assert "Called 59 times." in page
    assert "Called 0 times." not in page
    assert re.search(r"And \d+ lines before", page)
    assert "Called 0 times." in editor.get(f"{path}?history=all")
