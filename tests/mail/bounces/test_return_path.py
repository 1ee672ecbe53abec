"""The address that a mail is sent under: it names its row, fits into an envelope, and cannot be made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import BadInput
from publisher.mail.bounces import return_path
from publisher.tokens import Tokens

TOKENS = Tokens("a secret")


@given(st.integers(1, 10**15 - 1), st.sampled_from(["bounces@hub.example.org", "@bounces.hub.example.org", "b+news@hub.example.org", f"{'b' * return_path.LONGEST_NAME}@hub.example.org"]))  # fmt: skip
def test_it_comes_back_to_its_row_in_any_case_and_wrapping(row: int, address: str) -> None:
    made = return_path.made(TOKENS, return_path.clean(address), row)
    assert len(made.partition("@")[0]) <= 64
    assert "@" in made
    for trace in (
        made,
        made.upper(),
        f'"Bounces" <{made}>',
        f"SRS0=abcd=x2=hub.example.org={made.replace('@', '=', 1)}@relay.example",
    ):
        assert return_path.opened(TOKENS, ["somebody@example.org", trace]) == row
    assert return_path.opened(Tokens("another secret"), [made]) is None


@given(st.text(max_size=80))
def test_what_is_made_up_opens_nothing(text: str) -> None:
    assert (
        return_path.opened(TOKENS, [text, f"bounces+{text}@hub.example.org", f"bounces+1-{text}@hub.example.org"])
        is None
    )


@pytest.mark.parametrize("address", ["", "@", "nowhere", "a b@hub.example.org", "bäume@hub.example.org", "x@localhost", f"{'b' * (return_path.LONGEST_NAME + 1)}@hub.example.org", "bounces@hub.example.org\r\nBcc: x@example.org", '"b b"@hub.example.org'])  # fmt: skip
def test_addresses_that_none_can_be_made_of(address: str) -> None:
    with pytest.raises(BadInput):
        return_path.clean(address)


def test_addresses_are_kept_in_one_form() -> None:
    assert return_path.clean(" Bounces@Hub.Example.ORG ") == "bounces@hub.example.org"
    assert return_path.clean("@bounces.münchen.example") == "@bounces.xn--mnchen-3ya.example"
