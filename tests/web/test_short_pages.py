"""About, contact, privacy, accessibility; and the privacy notice that stood there when somebody agreed."""

import re

import pytest
from sqlmodel import col, select
from stage import form_token

from publisher.audience import notices
from publisher.audience.models import Consent, PrivacyNotice

NAMES = ("about", "contact", "privacy", "accessibility")


def sign_up(web, later, email: str, language: str = "en") -> None:
    token = form_token(web.get("/").text)
    later(seconds=5)
    form = {"email": email, "list": "monthly", "language": "en", "form_token": token}
    assert web.post(f"/subscribe?lang={language}", data=form).status_code == 200


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_footer_leads_to_each_of_them(web, language):
    for path in ("/", "/library", "/subscribe", "/privacy", "/newsletters/monthly/monthly-2026-11"):
        footer = web.get(f"{path}?lang={language}").text.partition("<footer>")[2]
        assert all(f'href="/{name}?lang={language}"' in footer for name in NAMES), path
    for name in NAMES:
        answer = web.get(f"/{name}?lang={language}")
        assert answer.status_code == 200
        assert answer.text.count("<h1") == 1
        assert "<h3" not in answer.text.partition("<h2")[0]  # no level is left out
        assert "Early Hands" in answer.text
        assert "12 Garden Row" in answer.text or name == "accessibility"


def test_a_page_in_another_language_than_its_frame_says_so(web, house):
    folder = house.settings.owner_templates / "pages"
    folder.mkdir(parents=True)
    (folder / "about.en.md").write_text("# About <b>us</b>\n\n<script>alert(1)</script>", encoding="utf-8")
    answer = web.get("/about?lang=ar")
    assert '<html lang="ar" dir="rtl">' in answer.text
    assert '<div class="prose" lang="en" dir="ltr">' in answer.text
    assert "<script>alert" not in answer.text
    assert "<b>us" not in answer.text


def test_a_consent_names_the_notice_that_was_read_and_its_text_stays(web, house, later):
    before = re.search(r"Version ([0-9a-f]{12})", web.get("/privacy").text)[1]
    sign_up(web, later, "dora@example.org")
    sign_up(web, later, "erin@example.org", "fr")
    with house.database.reading() as session:
        of_dora, of_erin = session.exec(select(Consent.notice_version).order_by(col(Consent.id).desc()).limit(2)).all()[::-1]  # fmt: skip
        kept = {one.version: one.language for one in session.exec(select(PrivacyNotice))}
    assert of_dora == before
    assert kept == {of_dora: "en", of_erin: "fr"}
    folder = house.settings.owner_templates / "pages"
    folder.mkdir(parents=True)
    (folder / "privacy.en.md").write_text("# Privacy, anew\n\nOther words.", encoding="utf-8")
    now_shown = web.get("/privacy").text
    assert "Other words." in now_shown
    assert f"/privacy?version={before}" in now_shown
    older = web.get(f"/privacy?version={before}")
    assert "Which links you follow is counted only" in older.text
    assert "This is an earlier version." in older.text
    assert older.headers["x-robots-tag"] == "noindex"


def test_an_unknown_version_is_a_plain_no(web):
    for version in ("0" * 12, "%00", "a" * 5000, "'; drop table"):
        answer = web.get("/privacy", params={"version": version})
        assert answer.status_code == 404
        assert "There is no such version of the privacy notice." in answer.text


def test_the_text_is_kept_once_however_many_agree(house, hub, now):
    with house.database.session() as session:
        first = notices.keep(session, house, "en", now=now)
        assert notices.keep(session, house, "en", now=now) == first
        assert len(session.exec(select(PrivacyNotice)).all()) == 1
