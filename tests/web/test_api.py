"""Programs: what they read, what they may ask for, and how they are refused."""

from posted import kinds

from publisher.web.routes import PROGRAMS

SUBSCRIBE = {"email": "dora@example.org", "lists": ["monthly"], "wording": "Send me the monthly.", "language": "fr"}
PROPOSE = {"title": "A study of wages", "link": "https://partner.example/wages", "may_share": True, "name": "Jo", "email": "jo@partner.example", "countries": ["KE"]}  # fmt: skip


def test_resources_are_listed_in_parts(web):
    first = web.get("/api/v1/resources?limit=3").json()
    assert (first["total"], len(first["items"])) == (4, 3)
    path = first["next"].removeprefix("https://hub.example.org")
    second = web.get(path).json()
    assert (len(second["items"]), second["next"]) == (1, None)
    assert {one["id"] for one in first["items"]}.isdisjoint({one["id"] for one in second["items"]})


def test_the_filters_are_those_of_the_page(web):
    found = web.get("/api/v1/resources?country=bj&lang=fr").json()["items"]
    assert [one["title"] for one in found] == ["Une étude du Bénin"]
    assert found[0]["languages"] == ["fr", "en"]
    assert web.get("/api/v1/resources?limit=1000").status_code == 422
    assert "error" in web.get("/api/v1/resources?limit=1000").json()


def test_one_resource_has_its_texts(web, hub):
    one = web.get(f"/api/v1/resources/{hub['works'][2].id}?lang=ar").json()
    assert one["title"] == "الوالدان واللعب"
    assert set(one["texts"]) == {"en", "ar"}
    assert web.get(f"/api/v1/resources/{hub['works'][3].id}").status_code == 404
    assert web.get("/api/v1/resources/99999999999999999999").status_code in (404, 422)


def test_newsletters_and_issues_are_read(web):
    (one,) = web.get("/api/v1/newsletters").json()
    assert (one["slug"], one["list"]) == ("monthly", "monthly")
    issues = web.get("/api/v1/newsletters/monthly/issues").json()
    assert [issue["slug"] for issue in issues["items"]] == ["monthly-2026-11"]
    issue = web.get("/api/v1/issues/monthly-2026-11?lang=fr").json()
    assert issue["title"] == "Ce que changent les visites"
    assert len(issue["sections"][0]["items"]) == 3
    assert web.get("/api/v1/issues/nothing").status_code == 404


def test_words_have_names(web):
    assert {"key": "KE", "name": "Kenia"} in web.get("/api/v1/countries?lang=de").json()
    assert {"key": "gender", "name": "Gender"} in [
        one | {"name": "Gender"} for one in web.get("/api/v1/topics").json() if one["key"] == "gender"
    ]


def test_subscribing_by_a_program_asks_the_address_first(web, house):
    answers = [
        web.post("/api/v1/subscriptions", json=SUBSCRIBE | {"email": e})
        for e in ("dora@example.org", "alice@example.org")
    ]
    assert [a.status_code for a in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    with house.database.reading() as session:
        assert kinds(session, "dora@example.org") == ["confirm"]


def test_a_program_is_refused_in_one_sentence(web):
    for wrong in (
        {"email": "nonsense"},
        {"lists": ["nothing"]},
        {"lists": []},
        {"interests": ["x"]},
        {"wording": ""},
        {"odd": 1},
    ):
        answer = web.post("/api/v1/subscriptions", json=SUBSCRIBE | wrong)
        assert answer.status_code == 422, wrong
        assert list(answer.json()) == ["error"]
        assert answer.json()["error"].endswith(".")
    assert web.get("/api/v1/subscriptions").status_code == 405


def test_a_proposal_comes_in_for_review(web, house, hub):
    answer = web.post("/api/v1/resources", json=PROPOSE)
    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    assert "A study of wages" not in web.get("/library").text
    with house.database.reading() as session:
        assert kinds(session, "jo@partner.example") == ["notice"]
    assert web.post("/api/v1/resources", json=PROPOSE | {"may_share": False}).status_code == 422


def test_the_form_of_partners_comes_to_the_same(web, house, later):
    from stage import form_token

    shown = form_token(web.get("/share").text)
    later(seconds=30)
    form = {"url": "https://partner.example/wages", "title": "A study <i>of</i> wages", "kind": "report", "language": "en", "country": ["KE"], "licence": "CC BY 4.0", "may_share": "yes", "name": "Jo", "email": "jo@partner.example", "form_token": shown}  # fmt: skip
    wrong = web.post("/share", data=form | {"url": "ftp://nowhere", "form_token": shown})
    assert (wrong.status_code, 'id="f-url-error"' in wrong.text) == (422, True)
    done = web.post("/share", data=form)
    assert (done.status_code, "A study &lt;i&gt;of&lt;/i&gt; wages" in done.text) == (200, True)
    with house.database.reading() as session:
        assert kinds(session, "jo@partner.example") == ["notice"]


def test_the_description_names_every_operation_and_its_refusals(web):
    document = web.get("/api/v1/openapi.json").json()
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    wanted = {(route.method, route.path) for route in PROGRAMS if route.path.startswith("/api/v1")}
    assert described == wanted
    refusal = document["paths"]["/api/v1/resources"]["get"]["responses"]["422"]
    assert refusal["content"]["application/json"]["schema"]["$ref"].endswith("/Refusal")


def test_any_page_in_the_world_may_read_but_none_may_write_for_its_visitors(web):
    assert web.get("/api/v1/resources").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in web.post("/api/v1/subscriptions", json=SUBSCRIBE).headers
