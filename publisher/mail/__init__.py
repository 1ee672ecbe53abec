"""How a letter leaves.

A letter is compiled once per language (`letters.py`: templates become MJML, MJML becomes HTML, both parts are cut at their
marks and blocks into segments that are quoted-printable already) and joined per reader (`edition.py`, `parts.py`). Header values are
written by `headers.py`, values inside bodies by `marks.py` and `quoted.py`; `lint.py` reads a finished letter critically.

The room knows no readers, issues or webinars: it is given addresses, values and selections.
"""
