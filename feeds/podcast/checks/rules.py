"""All rules, by id."""

from feeds.podcast.checks import channel_rules, document_rules, item_rules
from feeds.podcast.checks.report import Rule

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted((*document_rules.RULES, *channel_rules.RULES, *item_rules.RULES), key=lambda rule: rule.number)
}


def explain(rule_id: str) -> Rule:
    """The rule of that id; `KeyError` for an unknown one."""
    return RULES[rule_id]
