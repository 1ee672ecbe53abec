"""The log of requests, where it is asked for: the addresses of private feeds and of links in mails are keys, and stay
out; so do keys that fill in a form (`?for=`)."""

import logging
import re

from publisher.web.refusals import without_keys


class WithoutKeys(logging.Filter):
    """For uvicorn's `uvicorn.access`, whose third argument is the address that was asked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, address, *rest = record.args
            record.args = (client, method, _told(str(address)), *rest)
        return True


def _told(address: str) -> str:
    path, mark, query = address.partition("?")
    return without_keys(path) + mark + re.sub(r"(^|&)(for)=[^&]*", r"\1\2=…", query)
