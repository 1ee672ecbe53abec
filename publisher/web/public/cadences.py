"""How often a newsletter comes, in the words of the page: staff's own words are in one language only."""

from publisher.newsletters.models import Newsletter
from publisher.web.page import Page


def cadence_text(page: Page, newsletter: Newsletter) -> str:
    """“Every month”, read from the rule (a cron line); empty for a rule that has no such name."""
    _ = page.gettext
    minute, hour, day, month, weekday, *every_second = newsletter.rule.split()
    if not (minute.isdecimal() and hour.isdecimal()):
        return ""
    if every_second:
        return _("Every two weeks")
    if month != "*":
        return _("Every three months") if month == "1,4,7,10" else ""
    if day != "*" or "#" in weekday or weekday.endswith("L"):
        return _("Every month") if "," not in day else ""
    if weekday == "1-5":
        return _("Monday to Friday")
    return _("Every day") if weekday == "*" else _("Every week") if weekday.isdecimal() else ""
