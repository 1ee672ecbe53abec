"""Is this a calendar, a feed or an invitation that programs everywhere take as it is meant? Every rule has a name and a source.

Strict on purpose: it looks at what parsers pass over, and what they disagree about.
"""

from feeds.calendar.checks.checking import check
from feeds.calendar.checks.report import Finding, Level, NotChecked, Report, Rule
from feeds.calendar.checks.rules import RULES, explain

__all__ = ["RULES", "Finding", "Level", "NotChecked", "Report", "Rule", "check", "explain"]
