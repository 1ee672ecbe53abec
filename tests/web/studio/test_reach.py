"""The page of a quarter at the desk, and its table."""

from datetime import date

from publisher.desk import visits


def test_a_viewer_sees_the_quarter_and_takes_the_table_along(sit_down, house):
    with house.database.session() as session:
        visits.add(session, {(date(2026, 11, 2), "resource", ""): 40, (date(2026, 11, 2), "resource", "KE"): 12})
    viewer = sit_down("viewer")
    page = viewer.get("/studio/reach")
    assert "October to December 2026, so far" in page
    assert "Kenya" in page
    assert "under 5" in page
    assert "alice@example.org" not in page
    table = viewer.client.get("/studio/reach.csv?quarter=2026Q4")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.headers["content-disposition"] == 'attachment; filename="reach-2026Q4.csv"'
    assert "2026Q4,page visits,,,40,0" in table.text
    assert "alice" not in table.text
    assert "July to September 2026" in viewer.get("/studio/reach?quarter=2026Q3")
    assert '/studio/reach"' in viewer.get("/studio")


def test_what_is_no_quarter_is_a_plain_sentence(sit_down):
    viewer = sit_down("viewer")
    for asked in ("soon", "2099Q1"):
        answer = viewer.get(f"/studio/reach?quarter={asked}", status=422)
        assert "is no quarter" in answer or "has not begun yet" in answer


def test_strangers_are_asked_to_sign_in(web):
    for path in ("/studio/reach", "/studio/reach.csv"):
        assert web.get(path).status_code in (303, 401, 403)
