"""Staff and readers looked after by command: what is said, and what is refused with a sentence."""

from commands import Publisher

PASSWORD = "a garden with seven gates"


def an_owner(publisher: Publisher, tmp_path, email: str) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    publisher("staff", "add", email, "--role", "owner", "--name", "Ines", "--password-file", file)


def test_roles_closing_and_the_last_owner(publisher: Publisher, tmp_path) -> None:  # type: ignore[no-untyped-def]
    an_owner(publisher, tmp_path, "ines@example.org")
    refused = publisher("staff", "role", "ines@example.org", "viewer", ok=None)
    assert (refused.code, refused.err.strip()) == (2, "This is the only owner. Make somebody else an owner first.")
    assert publisher("staff", "remove", "ines@example.org", ok=None).code == 2
    an_owner(publisher, tmp_path, "omar@example.org")
    assert publisher("staff", "role", "omar@example.org", "editor").out.strip() == "omar@example.org is an editor now."
    assert "A role is one of" in publisher("staff", "role", "omar@example.org", "emperor", ok=None).err
    assert publisher("staff", "remove", "omar@example.org", "--json").json == {"staff": "omar@example.org", "state": "disabled"}  # fmt: skip
    assert "is closed" in publisher("staff", "reset", "omar@example.org", ok=None).err
    publisher("staff", "open", "omar@example.org")
    states = {row["staff"]: row["state"] for row in publisher("staff", "list", "--json").json}
    assert states == {"ines@example.org": "active", "omar@example.org": "active"}
    assert "is not a member of staff" in publisher("staff", "remove", "nobody@example.org", ok=None).err


def test_invitations_are_sent_again_and_taken_back(publisher: Publisher) -> None:
    publisher("staff", "add", "dora@example.org", "--role", "viewer")
    assert publisher("staff", "invite", "dora@example.org", "--json").json["state"] == "invited"
    said = publisher("staff", "remove", "dora@example.org")
    assert said.out.strip() == "The invitation of dora@example.org is taken back."
    assert publisher("staff", "list", "--json").json == []


def test_a_reset_prints_a_link_and_the_trail_has_it(publisher: Publisher, tmp_path) -> None:  # type: ignore[no-untyped-def]
    an_owner(publisher, tmp_path, "ines@example.org")
    link = publisher("staff", "reset", "ines@example.org")
    assert link.out.startswith("https://hub.example.org/studio/reset/")
    assert len(link.out.splitlines()) == 1
    assert publisher("staff", "sign-out", "ines@example.org", "--json").json["sessions"] == 0
    lines = publisher("staff", "trail", "--json").json
    assert [line["who"] for line in lines] == ["command line"] * 3
    assert "made a link for a new password of ines@example.org" in [line["what"] for line in lines]
    assert publisher("staff", "trail", "--member", "ines@example.org", "--json").json == []
    assert publisher("staff", "waiting", "--json").json == []


def test_a_reader_is_found_changed_paused_moved_and_erased(publisher: Publisher, tmp_path) -> None:  # type: ignore[no-untyped-def]
    publisher("lists", "add", "monthly", "--name", "Monthly")
    table = tmp_path / "readers.csv"
    table.write_text("email,name\njose@example.org,José Álvarez\n", encoding="utf-8")
    publisher("subscribers", "import", table, "--list", "monthly", "--consent", "On paper")
    found = publisher("subscribers", "find", "jose alv", "--json").json
    assert found == [{"subscriber": "jose@example.org", "name": "José Álvarez", "known_by": "reader"}]
    changed = publisher("subscribers", "change", "jose@example.org", "--zone", "America/Lima", "--language", "es,en", "--interest", "country:PE", "--json").json  # fmt: skip
    assert (changed["zone"], changed["languages"], changed["interests"]) == ("America/Lima", ["es", "en"], ["country:PE"])  # fmt: skip
    assert changed["name"] == "José Álvarez"
    for wrong, sentence in (
        ((), "Say what to change"),
        (("--zone", "Mars/Olympus"), "is not a time zone"),
        (("--interest", "Peru"), "is no interest"),
        (("--interest", "country:XX"), "There is no country"),
    ):
        refused = publisher("subscribers", "change", "jose@example.org", *wrong, ok=None)
        assert refused.code == 2
        assert sentence in refused.err
    assert publisher("subscribers", "change", "jose@example.org", "--interest", "", "--json").json["interests"] == []
    assert publisher("subscribers", "pause", "jose@example.org", "--weeks", "4", "--json").json["paused_until"]
    assert publisher("subscribers", "pause", "jose@example.org", "--weeks", "0", "--json").json["paused_until"] is None
    publisher("subscribers", "move", "jose@example.org", "jose@new.example.org")
    dry = publisher("subscribers", "erase", "jose@example.org", "--dry-run", "--json")
    assert dry.json["erased"] is False
    assert dry.json["goes"]["subscriptions"] == 1
    assert "subscriptions: 1" in dry.err
    assert publisher("subscribers", "show", "jose@example.org", "--json").json["name"] == "José Álvarez"
    assert publisher("subscribers", "erase", "jose@example.org", "--json").json == {"erased": True}
    for verb in ("show", "data", "erase"):
        gone = publisher("subscribers", verb, "jose@example.org", ok=None)
        assert gone.code == 2
        assert "was erased" in gone.err
    nobody = publisher("subscribers", "find", "jose@example.org")
    assert "was erased" in nobody.err
