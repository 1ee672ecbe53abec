"""Registering on a page: the same answer for everybody, a form that a link fills in, a question by mail where it is needed."""

from met_stage import LEADING, PLAY, link_to, mails_to, register_key, sent_form, text_of, webinar
from sqlmodel import col, select
from stage import form_token, path_of

from publisher.mail.models import Address
from publisher.webinars import addresses, registrants, scheduling, seats
from publisher.webinars.models import Registrant, Registration
from publisher.webinars.programme import by_slug

DORA = {"email": "dora@example.org", "name": "Dora", "zone": "Africa/Lagos", "answer-role": "I lead"}


def registered(house, email: str) -> Registration | None:
    with house.database.reading() as session:
        which = select(Registration).join(Registrant, col(Registrant.id) == col(Registration.registrant_id))
        which = which.join(Address, col(Address.id) == col(Registrant.address_id))
        found = session.exec(which.where(col(Address.email) == email).order_by(col(Registration.id).desc())).first()
        session.expunge_all()
        return found


def test_a_person_registers_and_is_told_where_to_look(web, met, house, later):
    answer = sent_form(web, LEADING, later, **DORA, date=["3", "4"], wants="recording", country="KE", reminded_by="calendar")  # fmt: skip
    assert answer.status_code == 200
    assert "Look in your inbox" in text_of(answer)
    assert "dora@example.org" in text_of(answer)
    found = registered(house, "dora@example.org")
    assert (found.state, found.name, found.zone, found.country, found.language, found.reminded_by, found.is_whole) == ("registered", "Dora", "Africa/Lagos", "KE", "en", "calendar", False)  # fmt: skip
    assert found.recording_notice.startswith("This webinar is recorded")
    assert mails_to(house, "dora@example.org") == ["webinar-confirmation"]
    with house.database.reading() as session:
        assert {seat.state for seat in seats.of(session, session.get_one(Registration, found.id)).values()} == {
            "recording"
        }


def test_every_date_ticked_is_the_whole_series_also_what_is_added_later(web, met, house, later, wall):
    with house.database.reading() as session:
        ids = [str(one.id) for one in seats.open_dates(session, by_slug(session, "leading"), now=wall.now)]  # fmt: skip
    sent_form(web, LEADING, later, **DORA, date=ids)
    assert registered(house, "dora@example.org").is_whole


def test_the_language_of_the_mail_is_that_of_the_page(web, met, house, later):
    answer = sent_form(web, f"{PLAY}?lang=ar", later, **DORA)
    assert answer.status_code == 200
    assert registered(house, "dora@example.org") is not None
    shown = web.get(f"{PLAY}?lang=ar").text
    assert f'action="{PLAY}?lang=ar#register"' in shown
    later(seconds=20)
    form = DORA | {"email": "nour@example.org", "form_token": form_token(shown)}
    assert '<html lang="ar"' in web.post(f"{PLAY}?lang=ar", data=form).text
    assert registered(house, "nour@example.org").language == "ar"


def test_the_page_says_the_same_whatever_is_known_of_the_address(web, met, house, later):
    """Places are limited, so an address that has confirmed nothing is asked first; the page does not tell which it was."""
    answers = [sent_form(web, PLAY, later, **(DORA | {"email": email})).text.replace(email, "—") for email in ("alice@example.org", "carol@example.org", "new@example.org")]  # fmt: skip
    assert len(set(answers)) == 1
    assert registered(house, "new@example.org").state == "pending"
    assert mails_to(house, "new@example.org") == ["notice"]


def test_an_address_says_yes_by_the_button_of_its_mail(web, met, house, later, now):
    sent_form(web, PLAY, later, **DORA)
    found = registered(house, "dora@example.org")
    link = path_of(addresses.confirm(house, found, now=now))
    asked = web.get(link)
    assert "d•••@e•••.org is to be registered for “Play and care”." in text_of(asked)
    assert "Thursday 3 December 2026, 13:00 in Lagos" in text_of(asked)  # by her clock
    assert asked.headers["cache-control"] == "private, no-store"
    assert asked.headers["referrer-policy"] == "no-referrer"
    assert registered(house, "dora@example.org").state == "pending"
    done = web.post(link)
    assert "You are registered" in text_of(done)
    assert link_to(house, "mine", found.key) in done.text
    assert registered(house, "dora@example.org").state == "registered"
    again = web.get(link)
    assert "You have said yes already" in text_of(again)
    assert link_to(house, "mine", found.key) not in again.text  # whoever opens a forwarded mail learns no more
    assert web.get(link[:-3]).status_code == 404
    later(days=8)
    assert web.get(link).status_code == 410


def test_a_register_link_fills_the_form_in_and_shows_a_masked_address_only(web, met, hub, house, later):
    key = register_key(house, hub["alice"])
    shown = web.get(f"{LEADING}?for={key}")
    said = text_of(shown)
    assert "You register as a•••@e•••.org Not you?" in said
    for word in ("alice@example.org", "Alice"):
        assert word not in shown.text
    assert 'name="email"' not in shown.text
    assert (shown.headers["referrer-policy"], shown.headers["cache-control"], shown.headers["x-robots-tag"]) == ("no-referrer", "private, no-store", "noindex")  # fmt: skip
    assert "set-cookie" not in shown.headers
    answer = sent_form(web, f"{LEADING}?for={key}", later, zone="")
    assert "a•••@e•••.org" in text_of(answer)
    found = registered(house, "alice@example.org")
    assert (found.source, found.name, found.state) == ("link", "Alice", "registered")


def test_who_got_it_forwarded_registers_with_their_own_address(web, met, hub, house, later):
    key = register_key(house, hub["alice"])
    assert f'<a class="small" href="{PLAY}#register">Not you?</a>' in web.get(f"{PLAY}?for={key}").text
    assert 'name="email"' in web.get(PLAY).text
    assert 'name="email"' in web.get(f"{PLAY}?for=forged.key").text
    sent_form(web, f"{LEADING}?for={key}", later, email="dora@example.org")
    assert (registered(house, "dora@example.org").source, registered(house, "dora@example.org").name) == ("form", "")


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(web, met, later):
    wrong = sent_form(web, PLAY, later, email="no address", name="Dora", **{"answer-role": "I lead"})
    assert wrong.status_code == 422
    assert 'id="f-email-error"' in wrong.text
    assert 'value="Dora"' in wrong.text
    missing = sent_form(web, PLAY, later, email="dora@example.org")
    assert "Please answer this question." in missing.text
    assert 'id="f-answer-role-error"' in missing.text
    none = sent_form(web, LEADING, later, email="dora@example.org", zone="Mars/Olympus", date=["3"])
    assert (none.status_code, 'id="f-zone-error"' in none.text) == (422, True)
    nothing = sent_form(web, LEADING, later, email="dora@example.org", date=[])
    assert "Choose at least one date." in nothing.text
    assert '<details class="dates-drawer" open>' in nothing.text
    assert sent_form(web, LEADING, later, email="dora@example.org", date=["999999"]).status_code == 422
    assert sent_form(web, LEADING, later, email="dora@example.org", date=["x"]).status_code == 422


def test_what_a_browser_guesses_keeps_nobody_out(web, met, house, later):
    sent_form(web, LEADING, later, email="dora@example.org", zone="Mars/Olympus", zone_guess="yes", date=["3"])
    assert registered(house, "dora@example.org").zone == "UTC"


def test_programs_and_hasty_hands(web, met, house, later):
    assert "Look in your inbox" in text_of(sent_form(web, PLAY, later, **DORA, website="https://spam.example"))
    assert registered(house, "dora@example.org") is None
    hasty = web.post(PLAY, data=DORA | {"form_token": form_token(web.get(PLAY).text)})
    assert "Please press the button once more." in hasty.text
    assert 'value="dora@example.org"' in hasty.text
    elsewhere = web.post(PLAY, data=DORA, headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403


def test_after_the_end_it_offers_what_was_recorded(web, met, later):
    shown = web.get(PLAY)
    later(days=10, hours=9)
    answer = web.post(PLAY, data=DORA | {"form_token": form_token(web.get(LEADING).text)})
    assert "Please press the button once more." not in shown.text
    assert "This has taken place" in text_of(answer)
    assert 'name="email"' not in answer.text
    assert "See the recording" in text_of(web.get("/webinars/first-steps"))


def test_when_it_is_full_there_is_a_list_to_wait_on(web, met, house, later, now):
    with house.database.session() as session:
        webinar(session, "play")[0].capacity = 1
    said = text_of(web.get(PLAY))
    assert "Join the waiting list" in said
    assert "All places are taken. Whoever is on the list moves up when one becomes free." in said
    sent_form(web, PLAY, later, **DORA)
    found = registered(house, "dora@example.org")
    assert "You are on the waiting list" in text_of(web.post(path_of(addresses.confirm(house, found, now=now))))
    assert "You are number 1 on the waiting list." in text_of(web.get(link_to(house, "mine", found.key)))


def test_a_date_called_off_while_somebody_writes(web, met, house, later, now):
    shown = web.get(PLAY)
    with house.database.session() as session:
        scheduling.cancel(session, house, webinar(session, "play")[1], now=now)
    later(seconds=20)
    answer = web.post(PLAY, data=DORA | {"form_token": form_token(shown.text)})
    assert answer.status_code == 409
    assert "This webinar has been called off." in text_of(answer)


def test_a_lost_link_is_mailed_again_and_the_page_tells_nothing(web, met, house, later):
    answers = [sent_form(web, "/webinars/mine", later, email=email).text.replace(email, "—") for email in ("alice@example.org", "nobody@example.org")]  # fmt: skip
    assert len(set(answers)) == 1
    assert mails_to(house, "alice@example.org") == ["webinar-confirmation", "notice"]
    assert mails_to(house, "nobody@example.org") == []
    assert sent_form(web, "/webinars/mine", later, email="no address").status_code == 422


def test_who_is_no_member_is_told_what_members_are_told(web, met, hub, house, later, wall):
    path = "/webinars/series/inner"
    with house.database.reading() as session:
        dates = [str(one.id) for one in seats.open_dates(session, by_slug(session, "inner"), now=wall.now)]
    answers = [sent_form(web, path, later, email=email, date=dates).text.replace(email, "—") for email in ("alice@example.org", "nobody@example.org")]  # fmt: skip
    assert len(set(answers)) == 1
    assert registered(house, "nobody@example.org") is None
    with house.database.reading() as session:
        person = session.exec(select(Address).where(col(Address.email) == "alice@example.org")).one()
        assert registrants.of_address(session, person) is not None
