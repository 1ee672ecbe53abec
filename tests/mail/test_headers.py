"""Header fields: what is written is what a second parser reads, and nothing more."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_string
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.errors import BadInput
from publisher.mail import headers

nasty = st.text(max_size=300) | st.text(alphabet='=?utf-8bqQB_\r\n\0\u2028\u2029 \t:<>"\\,;@é中', max_size=120)
INJECTION = "=?utf-8?q?hello=0D=0ABcc:_mallory@example.org?="


def read(field: str) -> str:
    """The one header in `field`, as a lenient second parser decodes it; fails where there are more or fewer."""
    message = message_from_string(field + "X-End: here\r\n\r\nbody")
    assert len(message.keys()) == 2, message.keys()
    assert message["X-End"] == "here"
    assert message.get_payload() == "body"
    return str(make_header(decode_header(message[message.keys()[0]])))


def assert_lines_hold(field: str) -> None:
    assert field.isascii()
    assert field.endswith("\r\n")
    for line in field[:-2].split("\r\n"):
        assert not {"\r", "\n"} & set(line)
        assert len(line) <= 998
        if "=?" in line:
            assert len(line) <= 78
            assert all(len(word) <= 75 for word in line.split() if word.startswith("=?"))
    assert all(line.startswith(" ") and line.strip() for line in field[:-2].split("\r\n")[1:])


@given(nasty)
@example(INJECTION)
@example("Subject\r\nBcc: mallory@example.org")
@example("a\u2028Bcc: x\u2029y\0z\x85w")
@example("é" * 400)
@example("x" * 3000)
def test_a_subject_is_read_back_as_written_without_control_characters(text: str) -> None:
    field = headers.unstructured("Subject", text)
    assert_lines_hold(field)
    assert read(field) == headers.clean(text)


@given(nasty)
@example(INJECTION)
@example('Dr. "Who" \\ <evil@example.org>, Other')
@example("أمينة أوتينو")
def test_a_display_name_never_becomes_another_recipient(name: str) -> None:
    field = headers.mailbox("To", name, "alice@example.org")
    assert_lines_hold(field)
    unfolded = field.removeprefix("To: ").replace("\r\n", "")
    parsed = getaddresses([unfolded])
    assert [address for _, address in parsed] == ["alice@example.org"]
    assert str(make_header(decode_header(parsed[0][0]))) == headers.clean(name)


@given(nasty)
def test_a_list_id_keeps_its_token_whole(name: str) -> None:
    field = headers.list_id(name, "early-years-digest.newsletters.exchange.example")
    assert_lines_hold(field)
    assert "<early-years-digest.newsletters.exchange.example>\r\n" in field


@given(st.text(max_size=60))
def test_machine_values_are_refused_rather_than_repaired(value: str) -> None:
    for write in (
        lambda: headers.token("Feedback-ID", value),
        lambda: headers.message_id(value),
        lambda: headers.list_unsubscribe(value),
        lambda: headers.list_id("Digest", value),
        lambda: headers.unstructured(value, "text"),
        lambda: headers.mailbox("To", "", value),
    ):
        try:
            field = write()
        except BadInput:
            continue
        first_name = field.partition(":")[0]
        assert message_from_string(field).keys()[0] == first_name
        for line in field.splitlines(keepends=True):
            assert_lines_hold(line)
        assert set(message_from_string(field).keys()) <= {first_name, "List-Unsubscribe-Post"}


def test_one_click_stays_whole_however_long_the_link() -> None:
    url = "https://exchange.example/u/" + "t0ken-" * 40
    field = headers.list_unsubscribe(url, "mailto:leave@exchange.example?subject=t0ken")
    assert field == (
        f"List-Unsubscribe: <{url}>,\r\n <mailto:leave@exchange.example?subject=t0ken>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )


@pytest.mark.parametrize(
    "url", ["https://x.example/a b", "https://x.example/>,<b", "https://x.example/é", "a\r\nBcc: b"]
)
def test_a_link_that_would_break_one_click_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        headers.list_unsubscribe(url)


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("alice@example.org", "alice@example.org"),
        ("alice@bücher.example", "alice@xn--bcher-kva.example"),
        ("alice@BÜCHER.example", "alice@xn--bcher-kva.example"),
        ('"alice smith"@example.org', '"alice smith"@example.org'),
        ('"bob@other.example x"@example.org', '"bob@other.example x"@example.org'),
    ],
)
def test_a_domain_goes_out_as_a_labels_and_the_local_part_as_it_is(address: str, wire: str) -> None:
    assert headers.wire_address(address) == wire


def test_a_local_part_that_is_not_ascii_needs_smtputf8() -> None:
    with pytest.raises(BadInput, match="SMTPUTF8"):
        headers.wire_address("jörg@example.org")
    assert headers.mailbox("To", "Jörg", "jörg@example.org", smtputf8=True).endswith("<jörg@example.org>\r\n")


@pytest.mark.parametrize(
    "address", ["", "alice", "@example.org", "alice@", "a b@example.org", "a@b@c@", "a\r\n@example.org", "a@exa mple.org",
                ".a@example.org", "a..b@example.org", '"a"b"@example.org', "a@-x-.example", "a\0@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput):
        headers.wire_address(address)


def test_a_long_name_folds_before_its_address() -> None:
    field = headers.mailbox(
        "From", "The Exchange for Everybody Who Works With Young Children", "digest@exchange.example"
    )
    assert field == ("From: The Exchange for Everybody Who Works With Young Children\r\n <digest@exchange.example>\r\n")


def test_the_date_is_written_in_utc_and_needs_a_zone() -> None:
    nairobi = datetime(2026, 11, 26, 9, 5, 7, tzinfo=timezone(timedelta(hours=3)))
    assert headers.date(nairobi) == "Date: Thu, 26 Nov 2026 06:05:07 +0000\r\n"
    with pytest.raises(BadInput):
        headers.date(datetime(2026, 11, 26))


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))
def test_every_date_is_read_back(moment: datetime) -> None:
    assert parsedate_to_datetime(headers.date(moment)[6:]) == moment.replace(microsecond=0)


def test_a_message_id_is_one_line_in_brackets() -> None:
    assert headers.message_id("i12.7@exchange.example") == headers.message_id("<i12.7@exchange.example>")
    for bad in ("x", "<x@>", "x@y z", "x@y>\r\nBcc: z"):
        with pytest.raises(BadInput):
            headers.message_id(bad)
