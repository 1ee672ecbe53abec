"""Getting to the desk, and who may sit where."""

import re

import pytest
from fastapi import APIRouter
from sqlmodel import select

from publisher.demo.people import PASSWORD as PRINTED
from publisher.mail.models import Outbox
from publisher.staff import accounts
from publisher.staff.models import ROLES, StaffSession, Trail
from publisher.web.studio.answering import ANYBODY, Needs
from publisher.web.studio.entering import DEMO_PASSWORD
from publisher.web.studio.routes import PLAIN, ROUTES, add_to

MEMBERS = (*ROLES,)


def signs_in(stranger, password, email="editor@example.org", **more):
    stranger.get("/studio/reset")  # any page with the hidden field; the log-in sends those on who are in
    return stranger.client.post(
        "/studio/login", data={"csrf": stranger.csrf, "email": email, "password": password, "next": "/studio", **more}
    )


def test_the_studio_answers_a_stranger_with_a_real_page(stranger):
    page = stranger.get("/studio")
    assert len(page) > 500
    assert 'action="/studio/login"' in page
    assert "Good to see you" in page


def test_a_wrong_password_is_a_sentence_and_the_right_one_a_cookie(stranger, editor):
    wrong = signs_in(stranger, "not that one")
    assert wrong.status_code == 422
    assert "do not belong together" in wrong.text
    assert 'value="editor@example.org"' in wrong.text
    right = signs_in(stranger, "four quiet words here")
    assert (right.status_code, right.headers["location"]) == (303, "/studio")
    cookie = next(c for c in right.headers.get_list("set-cookie") if "publisher=" in c)
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"))
    assert "What needs you" in stranger.get("/studio")


def test_guessing_ends_after_ten_tries_also_for_the_right_password(stranger, editor, database):
    for _ in range(9):  # the editor's own sign-in was the first
        assert signs_in(stranger, "guess").status_code == 422
    late = signs_in(stranger, "four quiet words here")
    assert late.status_code == 429
    assert "too often" in late.text


def test_a_log_in_never_leads_to_another_site(stranger, editor):
    for wanted in ("https://evil.example", "//evil.example", "/studio/../\\evil", "/studio//evil.example"):
        answer = signs_in(stranger, "four quiet words here", next=wanted)
        assert answer.headers["location"] == "/studio"


def test_forms_without_the_hidden_field_are_refused(stranger, editor):
    assert stranger.client.post("/studio/login", data={"email": "a", "password": "b"}).status_code == 403
    refused = editor.client.post("/studio/account", data={"name": "Mallory", "zone": "UTC"})
    assert refused.status_code == 403
    assert "Load it again" in refused.text
    assert "Mallory" in refused.text  # what was typed is still there
    assert "Mallory" not in editor.get("/studio")


def test_signing_out_ends_the_session_here_and_at_the_server(editor, database):
    editor.get("/studio/account")
    key = dict(editor.client.cookies)
    assert editor.post("/studio/logout") == "/studio/login"
    with database.session() as session:
        assert session.exec(select(StaffSession)).all() == []
    editor.client.cookies.update(key)  # the old cookie opens nothing any more
    assert "Good to see you" in editor.get("/studio")


def test_an_invitation_is_taken_up_once(owner, stranger, house, now, database):
    owner.get("/studio/settings/staff")
    assert "on its way to dora@example.org" in owner.told(
        "/studio/settings/staff", verb="invite", email="dora@example.org", role="viewer"
    )
    with database.session() as session:
        member = accounts.get(session, house, "dora@example.org")
        assert session.exec(select(Outbox)).all()
        token = house.tokens.make(
            accounts.Purpose.INVITE, accounts._invited(house, member), now=now, lives=accounts.INVITE_LIVES
        )
    path = f"/studio/invitation/{token}"
    assert "dora@example.org" in stranger.get(path)
    assert "not the same" in stranger.post(path, 422, name="Dora", password="a long enough one", again="another")
    assert "at least 10" in stranger.post(path, 422, name="Dora", password="short", again="short")
    assert stranger.post(path, name="Dora", password="a long enough one", again="a long enough one") == "/studio"
    assert "Dora" in stranger.get("/studio")
    assert stranger.client.get(path).status_code == 410


def test_the_first_owner_comes_in_by_the_console(stranger, house, now, database):
    with database.session() as session:
        token = accounts.first_owner_token(session, house, now)
    path = f"/studio/invitation/{token}"
    assert "first owner" in stranger.get(path)
    fields = {
        "email": "boss@example.org",
        "name": "Boss",
        "password": "a long enough one",
        "again": "a long enough one",
    }
    assert stranger.post(path, **fields) == "/studio"
    assert stranger.client.get(path).status_code == 403


def test_a_forgotten_password_is_reset_by_mail_and_ends_every_session(editor, stranger, house, now, database):
    stranger.get("/studio/reset")
    same = "a link is on its way"
    assert same in stranger.post("/studio/reset", 200, email="editor@example.org")
    assert same in stranger.post("/studio/reset", 200, email="nobody@example.org")
    with database.session() as session:
        member = accounts.get(session, house, "editor@example.org")
        subject = accounts._subject(house, member)
    token = house.tokens.make(accounts.Purpose.RESET, subject, now=now, lives=accounts.RESET_LIVES)
    stranger.get(f"/studio/reset/{token}")
    stranger.post(f"/studio/reset/{token}", password="quite another one", again="quite another one")
    assert "Good to see you" in editor.get("/studio")
    assert signs_in(stranger, "quite another one").status_code == 303


def test_browsers_are_listed_and_can_be_signed_out(editor, stranger):
    signs_in(stranger, "four quiet words here")
    page = editor.get("/studio/account")
    other = re.search(r'name="end" value="([0-9a-f]+)"', page)[1]
    editor.post("/studio/account/sessions", end=other)
    assert "Good to see you" in stranger.get("/studio")


def test_every_route_declares_its_role():
    studio = APIRouter()
    add_to(studio)
    made = studio.routes
    plain, pages = made[: len(PLAIN)], made[len(PLAIN) :]
    assert [(route.path, role in ROLES) for route, (_, _, role, _, _) in zip(plain, PLAIN, strict=True)] == [
        (path, True) for _, path, *_ in PLAIN
    ]
    for route, declared in zip(pages, ROUTES, strict=True):
        needs = [d.call for d in route.dependant.dependencies if isinstance(d.call, Needs)]
        assert [need.role for need in needs] == [declared.role]
        assert declared.role in (*ROLES, ANYBODY)
        assert declared.meaning.endswith(".")


#: Posts that look something up and change nothing.
LOOKING = ("/studio/people", "/studio/podcasts/check", "/studio/webinars/{slug}/registrations")


def test_only_the_entrance_is_open_to_anybody():
    for route in ROUTES:
        if route.role == ANYBODY:
            assert re.match(r"/studio($|/login|/invitation|/reset)", route.path)
        elif route.method == "POST" and route.path not in LOOKING and not route.path.endswith("/reader"):
            assert route.role != "viewer" or re.match(r"/studio/(account|logout)", route.path)


def filled(path):
    return re.sub(r"\{[a-z_]+:int\}", "1", path).replace("{slug}", "monthly").replace("{key}", "monthly-2026-11")


@pytest.mark.parametrize(
    ("database_url", "role"),
    [*(("sqlite", role) for role in (None, *MEMBERS)), pytest.param("postgres", "owner", marks=pytest.mark.postgres)],
    indirect=["database_url"],
)
def test_each_role_may_what_the_table_says(role, sit_down, stranger):
    browser = sit_down(role) if role else stranger
    for route in ROUTES:
        if route.role == ANYBODY or "{token}" in route.path or re.search(r"/(sessions|logout)$", route.path):
            continue
        path = filled(route.path)
        allowed = role is not None and ROLES.index(role) >= ROLES.index(route.role)
        # A form without the hidden field changes nothing, and is refused after the role was looked at.
        answer = browser.client.get(path) if route.method == "GET" else browser.client.post(path, data={})
        if role is None:
            assert (answer.status_code, answer.headers["location"][:13]) == (303, "/studio/login"), path
        elif not allowed:
            assert answer.status_code == 403, path
            assert "For this you need to be" in answer.text, path
        elif route.method == "GET":
            assert answer.status_code in (200, 303, 404), path
            assert answer.headers["cache-control"].endswith("no-store"), path
        else:
            assert answer.status_code in (403, 404), path
            assert "For this you need to be" not in answer.text, path


def test_looking_changes_nothing(owner, database):
    for route in ROUTES:
        if route.method == "GET" and route.role != ANYBODY:
            owner.client.get(filled(route.path))
    with database.session() as session:
        assert session.exec(select(Trail)).all() == []


def test_the_demos_log_in_is_the_one_the_page_shows():
    assert DEMO_PASSWORD == PRINTED
