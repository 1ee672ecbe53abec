"""When the answer is no: one plain sentence in the reader's language, never a stack trace."""

import json

from publisher.tokens import Purpose


def test_what_is_not_there_is_said_plainly(web):
    answer = web.get("/nothing", headers={"accept-language": "fr"})
    assert answer.status_code == 404
    assert '<html lang="fr"' in answer.text
    assert "Traceback" not in answer.text
    assert web.get("/api/v1/nothing").json() == {
        "error": "Perhaps the address was cut off when it was copied, or the page has gone."
    }


def test_a_page_that_can_only_be_read(web):
    assert web.post("/library").status_code == 405
    assert web.delete("/subscribe").status_code == 405


def test_forged_and_foreign_links_open_nothing(web, house, hub, now):
    foreign = house.tokens.make(Purpose.PREFERENCES, hub["alice"].key)
    for path in ("/confirm/", "/undo/", "/address/"):
        for token in ("x", "a.b", foreign, foreign[:-2] + "AA"):
            answer = web.get(path + token)
            assert answer.status_code == 404, (path, token)
            assert "This link is not valid." in answer.text
            assert web.post(path + token).status_code == 404
    confirm = house.tokens.make(Purpose.CONFIRM, f"{hub['bob'].key}:1")
    assert web.get(f"/preferences/{confirm}").status_code == 404


def test_a_link_that_is_too_old_says_so(web, house, hub, later, now):
    from publisher.audience import links

    token = links.fresh_token(house.tokens, hub["alice"].key, now=now)
    later(minutes=59)
    assert web.get(f"/preferences/{token}").status_code == 200
    later(minutes=2)
    answer = web.get(f"/preferences/{token}")
    assert (answer.status_code, "too old" in answer.text) == (410, True)


def test_too_much_is_refused_before_it_is_read(web):
    answer = web.post(
        "/subscribe", content=b"x" * 600_000, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413
    assert "larger than we can take" in answer.text
    endless = (b"email=" + b"x" * 100_000 for _ in range(10))
    assert (
        web.post(
            "/subscribe", content=endless, headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        == 413
    )


def test_a_form_that_another_site_sends_does_nothing(web):
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://[::1"},
    ):
        answer = web.post("/subscribe", data={"email": "x@example.org"}, headers=headers)
        assert (answer.status_code, "another website" in answer.text) == (403, True), headers
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "https://hub.example.org"}, {}):
        assert web.post("/subscribe", data={"email": "x@example.org"}, headers=headers).status_code == 200


def test_a_fault_of_ours_is_a_sentence_without_details(web, house, monkeypatch):
    from publisher.newsletters import archive

    def broken(_session):
        raise ValueError("secret inside")

    monkeypatch.setattr(archive, "open_newsletters", broken)
    answer = web.get("/newsletters")
    assert answer.status_code == 500
    assert "The fault is ours" in answer.text
    assert "secret" not in answer.text


def test_a_database_that_fails_is_said_too(web, house):
    house.database.engine.dispose()
    with house.database.session() as session:
        from sqlalchemy import text

        session.execute(text("ALTER TABLE mailing_list RENAME TO elsewhere"))
    answer = web.get("/subscribe")
    assert answer.status_code == 503
    assert "Nothing was changed" in answer.text
    assert answer.headers["retry-after"] == "60"
    assert "SELECT" not in answer.text


def test_before_the_hub_is_set_up_the_page_says_what_to_do(house, wall):
    from starlette.testclient import TestClient

    from publisher.web.app import make_app

    with TestClient(make_app(house, wall=wall), base_url="https://hub.example.org") as client:
        answer = client.get("/")
    assert "has not been set up yet" in answer.text
    assert answer.status_code == 422


def test_unreadable_json_is_answered_with_the_place(web):
    answer = web.post(
        "/api/v1/subscriptions", content=json.dumps({"email": 5}), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert set(answer.json()) == {"error"}
    assert (
        web.post("/api/v1/subscriptions", content=b"{", headers={"content-type": "application/json"}).status_code == 422
    )
