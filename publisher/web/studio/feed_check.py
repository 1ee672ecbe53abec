"""Checks in the studio: any feed in the world, our own feeds, and an episode before it appears, each finding explained."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fastapi.responses import Response

from feeds.podcast import emitting
from feeds.podcast.checks import Finding
from publisher.errors import BadInput
from publisher.podcasts import checking, values
from publisher.podcasts.checking import Report
from publisher.podcasts.feed import Document
from publisher.podcasts.models import Episode, Show
from publisher.web.studio import words
from publisher.web.studio.podcasts import PATH
from publisher.web.studio.visit import MEGA, Desk

LARGEST = 50 * MEGA
LEVELS = (("must", "Must be mended"), ("should", "Could be better"))
MOST_KEPT = 50
_kept: OrderedDict[str, Report] = OrderedDict()
"""Reports of our own feeds by the ETag of what was checked: the same bytes are judged once."""


def page(desk: Desk) -> Response:
    """GET /studio/podcasts/check"""
    return _page(desk, None, "")


def check(desk: Desk) -> Response:
    """POST /studio/podcasts/check (multipart): url or file. Touches the network; keeps nothing."""
    url, upload = desk.form.one("url"), desk.upload("file", most=LARGEST)
    if upload is not None:
        try:
            report = checking.check_file(upload.file.read(), now=desk.now)
        except BadInput as problem:
            raise BadInput(str(problem), field="file") from problem
        return _page(desk, report, upload.filename or "the file")
    if not url:
        raise BadInput("Give the address of a feed, or choose a file.", field="url")
    return _page(desk, checking.check_url(desk.house, url, now=desk.now), url)


def of_feed(desk: Desk, document: Document) -> Report:
    """What a feed of ours shows of itself."""
    report = _kept.get(document.etag)
    if report is None:
        report = _kept[document.etag] = checking.check_file(document.body, now=desk.now)
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return report


def of_episode(desk: Desk, show: Show, episode: Episode) -> list[dict[str, Any]]:
    """What the rules would say of an episode that is to come, each finding in words; empty where it cannot be in a feed."""
    channel = values.show(desk.session, desk.house, show)
    (item,) = values.episodes(desk.session, desk.house, show, [episode])
    item = replace(item, published=min(item.published or desk.now, desk.now))
    if emitting.why_not(item):
        return []
    report = checking.check_file(emitting.feed(channel, [item]), now=desk.now)
    return explained(one for one in report.findings if "item" in one.where and "channel" not in one.where)


def explained(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings with what to do, why, and who says so."""
    shown = []
    for one in findings:
        rule = checking.RULES[one.rule]
        shown.append(
            {
                "level": one.level,
                "message": one.message,
                "where": one.where,
                "why": rule.why,
                "source": rule.source,
                "url": rule.url,
                "rule": one.rule,
                "title": rule.title,
            }
        )
    return shown


def verdict(report: Report) -> str:
    """“Nothing to mend; 2 things could be better.”"""
    musts = sum(one.level == "must" for one in report.findings)
    shoulds = len(report.findings) - musts
    better = f"{words.counted(shoulds, 'thing')} could be better" if shoulds else ""
    if musts:
        return words.sentence(f"{words.counted(musts, 'thing')} must be mended", better) + "."
    return f"Nothing to mend; {better}." if better else "Nothing to mend: every rule that shows is kept."


def _page(desk: Desk, report: Report | None, subject: str) -> Response:
    result = None
    if report is not None:
        found = explained(report.findings)
        result = {
            "subject": subject,
            "verdict": verdict(report),
            "tone": "good" if report.ok else "bad",
            "groups": [(label, [one for one in found if one["level"] == level]) for level, label in LEVELS],
            "not_checked": [(checking.RULES[one.rule].title, one.why) for one in report.not_checked],
            "not_checked_text": words.counted(len(report.not_checked), "rule"),
            "rules_text": words.counted(len(checking.RULES), "rule"),
        }
    form = desk.filled({"url": desk.form.one("url"), "file": ""}, f"{PATH}/check")
    return desk.show("podcasts/check.html", "podcasts", form=form, result=result)
