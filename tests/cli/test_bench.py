"""The measurements run and say what they promise, on sizes that take a moment."""

from commands import Publisher


def test_sending_compares_both_sides(bare: Publisher) -> None:
    figures = bare("bench", "send", "--mails", 60, "--json").json
    assert figures["mails"] == 60
    assert figures["ratio"] > 1


def test_planning_compares_two_sizes(bare: Publisher) -> None:
    figures = bare("bench", "plan", "--few", 40, "--many", 80, "--json").json
    assert [one["readers"] for one in figures["sizes"]] == [40, 80]
    assert {"per_reader_ratio", "memory_ratio"} <= set(figures)


def test_a_second_harvest_adds_nothing(bare: Publisher) -> None:
    figures = bare("bench", "harvest", "--records", 120, "--json").json
    assert (figures["first_new"], figures["second_new"], figures["nothing_added"]) == (120, 0, True)


def test_a_letter_and_a_search_are_measured(bare: Publisher) -> None:
    assert bare("bench", "letter", "--rounds", 1, "--json").json["ratio"] > 1
    assert bare("bench", "search", "--resources", 2000, "--json").json["works"] == 2000


def test_counting_a_log_is_measured_beside_the_plain_way(bare: Publisher) -> None:
    figures = bare("bench", "downloads", "--lines", 1000, "--json").json
    assert (figures["lines"], figures["requests"]) == (1000, 1000)
    assert 0 < figures["downloads"] < figures["askers"] < 1000
    assert figures["ratio"] < 1


def test_webinars_are_measured_with_both_sides(bare):
    figures = bare("bench", "webinars", "--people", 300, "--json").json
    assert figures["registrants"] == figures["polls"] == figures["dates"] == 300
    assert figures["not_modified"] > 0.9
    assert figures["dates_moved"] > 0
    assert {"reminders_ratio", "not_modified_ratio", "audit_ratio"} <= figures.keys()


def test_bounces_are_read_out_of_a_mailbox_and_measured(bare: Publisher) -> None:
    figures = bare("bench", "bounces", "--mails", 120, "--json").json
    assert figures["mails"] == 120
    assert figures["read_ratio"] < 1
    assert {"read_ms", "plain_ms", "taken_ms", "memory_growth_mb"} <= figures.keys()


def test_a_backup_while_mail_leaves(bare: Publisher) -> None:
    figures = bare("bench", "backup", "--megabytes", 10, "--mails", 40, "--json").json
    assert figures["mails"] == 40
    assert figures["ratio"] > 0
    assert 0 < figures["small_peak_mb"] < figures["large_peak_mb"] + 50
