"""Partners share a resource, and hear back: that it came in, in which issue it stood, or why it did not.

A proposal is a record of the source `share`, so the same thing proposed twice, or known already, is no second work.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from publisher import budgets
from publisher.errors import BadInput
from publisher.house import House
from publisher.languages import N_, fallbacks, normalise, translator
from publisher.library import cleaning
from publisher.library.files import from_form
from publisher.library.models import Share, Work, WorkState
from publisher.library.shelf import shown, text_for
from publisher.library.sources import builtin
from publisher.mail import addresses
from publisher.mail.models import Address
from publisher.mail.post import post

DAY = timedelta(days=1)
PER_NETWORK = 20
PER_ADDRESS = 10
FIELDS = ("title", "link", "blurb", "language", "authors", "publisher", "licence", "doi", "kind", "published_on",
          "topics", "sectors", "audiences", "countries", "starts_at", "ends_at", "pages")  # fmt: skip


def propose(session: Session, house: House, form: Mapping[str, Any], *, now: datetime, network: str) -> Share:
    """Take a partner's proposal in, for review, and write to them that it came. `network`: where it came from, such as the
    /24 of their address; at most 20 a day from one, 10 a day for one address (`TooMany`).

    Keys: those of `files.add_manually` and name, email, organisation, credit, note, may_share, may_name. `BadInput` names the field.
    """
    name = cleaning.name(str(form.get("name", "")))
    if not name:
        raise BadInput(N_("Tell us your name."), field="name")
    if not _ticked(form, "may_share"):
        raise BadInput(N_("Confirm that you may share this."), field="may_share")
    if not str(form.get("link", "")).strip() and not str(form.get("doi", "")).strip():
        raise BadInput(N_("Give a link where it can be read."), field="link")
    normalised = addresses.normalise(str(form.get("email", "")))
    for budget, key, limit in (("share-network", network, PER_NETWORK), ("share-address", normalised, PER_ADDRESS)):
        budgets.spend(session, budget, house.tokens.keyed_hash(budget, key), now=now, limit=limit, window=DAY)
    work = from_form(session, builtin(session, "share", now=now), {k: form[k] for k in FIELDS if form.get(k)}, now=now)
    assert work.id is not None
    address = addresses.find_or_make(session, house.tokens, str(form["email"]), now=now)
    language = normalise(str(form.get("page_language") or "en")) or "en"
    share = _kept(session, work, address, form, name, language, now)
    _tell(session, house, share, address, "received", now, {"title": _title(session, work.id, language)})
    return share


def tell_declined(session: Session, house: House, work_ids: Iterable[int], *, now: datetime) -> int:
    """Write to the partners whose proposals were rejected, with the reviewer's note. Once each; returns how many."""
    told = 0
    for share, address in _waiting(session, work_ids):
        work = session.get(Work, share.work_id)
        if work is None or work.state != WorkState.REJECTED:
            continue
        values = {"title": _title(session, share.work_id, share.language), "note": work.note}
        _answer(session, house, share, address, "declined", now, values)
        told += 1
    return told


def shares_to_tell(session: Session, work_ids: Iterable[int]) -> list[Share]:
    """Proposals among these works whose partners have not heard yet that they were published."""
    return [share for share, _ in _waiting(session, work_ids)]


def tell_published(
    session: Session, house: House, work_ids: Iterable[int], *, titled: Callable[[str], str], url: str, now: datetime
) -> int:
    """Write to the partners whose resources an issue carries: in which one, and where it can be read. Once each.

    `titled`: the issue's title in a language.
    """
    waiting = _waiting(session, work_ids)
    for share, address in waiting:
        values = {"title": _title(session, share.work_id, share.language), "issue": titled(share.language), "url": url}
        _answer(session, house, share, address, "published", now, values)
    return len(waiting)


def _name_organisation(share: Share, name: str, *, agreed: bool) -> None:
    """Among the partners it is named once an editor has seen it: under another name, it has to be seen anew."""
    if not name or not agreed:
        share.naming = ""
    elif share.naming == "" or name != share.organisation:
        share.naming = "agreed"
    share.organisation = name


def _ticked(form: Mapping[str, Any], name: str) -> bool:
    return form.get(name) in (True, "on", "1", "true", "yes")


def _kept(
    session: Session, work: Work, address: Address, form: Mapping[str, Any], name: str, language: str, now: datetime
) -> Share:
    """The share of this work by this address: proposing it again changes what they said, not that they did."""
    wanted = select(Share).where(col(Share.work_id) == work.id, col(Share.address_id) == address.id)
    share = session.exec(wanted).first()
    if share is None:
        share = Share(work_id=work.id or 0, address_id=address.id or 0, name=name, at=now)
    share.name, share.language, share.may_share = name, language, True
    _name_organisation(share, cleaning.name(str(form.get("organisation", ""))), agreed=_ticked(form, "may_name"))
    share.credit = cleaning.name(str(form.get("credit", "")))
    share.licence = cleaning.licence(str(form.get("licence", "")))
    share.note = cleaning.plain(str(form.get("note", "")), 2000)
    session.add(share)
    session.flush()
    return share


def _waiting(session: Session, work_ids: Iterable[int]) -> list[tuple[Share, Address]]:
    wanted = (
        select(Share, Address)
        .join(Address, col(Address.id) == col(Share.address_id))
        .where(col(Share.work_id).in_(list(work_ids)), col(Share.answer) == "received")
        .order_by(col(Share.id))
    )
    return [(share, address) for share, address in session.exec(wanted)]


def _answer(
    session: Session, house: House, share: Share, address: Address, answer: str, now: datetime, values: dict[str, str]
) -> None:
    share.answer, share.answered_at = answer, now
    session.add(share)
    _tell(session, house, share, address, answer, now, values)


def _tell(
    session: Session, house: House, share: Share, address: Address, answer: str, now: datetime, values: dict[str, str]
) -> None:
    title, paragraphs, button = _words(share, answer, values)
    context: dict[str, Any] = {"title": title, "paragraphs": paragraphs}
    marks = {}
    if button:
        context["button_label"], marks["action"] = button, values["url"]
    which = (
        f"share:{share.id}:{share.at.astimezone(UTC).isoformat()}:{answer}"  # after a restore a number is given again
    )
    occasion = hashlib.blake2b(which.encode(), digest_size=8).hexdigest()
    post(
        session,
        house,
        kind="notice",
        to=address,
        language=share.language,
        context=context,
        values=marks,
        occasion=occasion,
        to_name=share.name,
        now=now,
    )


def _words(share: Share, answer: str, values: dict[str, str]) -> tuple[str, list[str], str]:
    """Title, paragraphs and the label of the button, in the partner's language."""
    _ = translator(share.language).gettext
    named = _("Resource: {title}").format(title=values["title"])
    if answer == "received":
        promise = _("We read every proposal, and write to you when it is published, or why it is not.")
        return _("We have your resource"), [_("Thank you for sharing it."), named, promise], ""
    if answer == "published":
        issue = _("Issue: {issue}").format(issue=values["issue"])
        return _("Your resource is published"), [named, issue], _("Read the issue")
    reason = [_("The reason: {note}").format(note=values["note"])] if values["note"] else []
    thanks = _("Thank you all the same. Other resources of yours are welcome.")
    return _("About your resource"), [_("We did not take it into the library."), named, *reason, thanks], ""


def _title(session: Session, work_id: int, language: str) -> str:
    found = shown(session, [work_id])
    text = text_for(found[0], fallbacks(language)) if found else None
    return text.title if text else ""
