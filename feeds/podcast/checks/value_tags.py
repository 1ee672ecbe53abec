"""podcast:value with its recipients and splits, and podcast:remoteItem."""

from feeds.podcast.checks import forms, lists
from feeds.podcast.checks.looking import BOOLEAN, EITHER, Look, is_seconds, is_some_seconds, is_uuid, one_of


def remote_item(look: Look) -> None:
    look.need("feedGuid", is_uuid, "the podcast:guid of the feed, a UUID")
    look.address("feedUrl", needed=False)
    look.may("medium", one_of(lists.MEDIUMS), "podcast, music, publisher or another of the list of podcast:medium")


def value(look: Look) -> None:
    look.need("type", bool, "what is sent, such as lightning")
    look.need("method", bool, "how it is sent, such as keysend")
    look.may("suggested", is_seconds, "an amount")
    _recipients(look, look.all("podcast:valueRecipient"))
    for split in look.all("podcast:valueTimeSplit"):
        _time_split(split)


def _recipients(look: Look, found: list[Look]) -> None:
    if not found:
        look.wrong(f"{look.name} names nobody: add a <podcast:valueRecipient>.")
    for recipient in found:
        recipient.need("type", bool, "the kind of its address, such as node")
        recipient.need("address", bool, "where it receives")
        recipient.need("split", forms.whole_or_zero, "its share, a whole number")
        recipient.may("fee", one_of(BOOLEAN), EITHER)
    if found and not any(forms.whole(recipient.get("split")) for recipient in found):
        look.wrong(f"The shares in {look.name} add up to nothing: give somebody more than 0.")


def _time_split(look: Look) -> None:
    look.need("startTime", is_seconds, "seconds from the beginning")
    look.need("duration", is_some_seconds, "seconds, more than none")
    look.may("remoteStartTime", is_seconds, "seconds from the beginning")
    look.may("remotePercentage", lambda text: (forms.decimal(text) or 0) <= 100 and is_seconds(text), "0 to 100")
    remotes = look.all("podcast:remoteItem")
    if len(remotes) > 1:
        look.wrong("<podcast:valueTimeSplit> has more than one <podcast:remoteItem>: keep one.")
    for remote in remotes:
        remote_item(remote.by("podcast.remote-item"))
    if not remotes:
        _recipients(look, look.all("podcast:valueRecipient"))
