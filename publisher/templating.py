"""One Jinja environment for everything that is shown or sent: an owner's own files first, then those that ship.

Names are paths inside the templates folder: `mail/confirm/body.mjml`, `web/public/hub.html`. HTML and MJML escape what is put
in; `.txt` does not. A value that is missing is an error, never an empty space. Words go through gettext, bound per call to
the language asked for: `{{ _("Hello %(name)s,", name=person.name) }}`; a percent sign in such a text is written `%%`.

Every template knows `language`, `direction` (`ltr` or `rtl`), `start` and `end` (`left` or `right`, for attributes that have
no logical form), and the filters `wrap`, `underline`, `plain_lines`, `colon` for plain text.
"""

import traceback
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from publisher import languages, markdown
from publisher.errors import TemplateError

_language: ContextVar[str] = ContextVar("language of the template being rendered", default="en")
_ESCAPED = (".html", ".mjml", ".xml", ".svg")
_NO_TEXT = "it is not text in UTF-8"


class _Compiled(jinja2.BytecodeCache):
    """A file is compiled once in a process, however many houses are opened in it; when its text changes, anew."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._codes.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key] = bucket.checksum, bucket.code


_compiled = _Compiled()


class Templates:
    """The templates of one installation. `owner_folder`: files there shadow ours, name by name."""

    def __init__(self, owner_folder: Path | None = None) -> None:
        folders = [folder for folder in (owner_folder, shipped_templates()) if folder is not None]
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folders),
            autoescape=lambda name: name is None or name.endswith(_ESCAPED),  # noqa: S701 - all but plain text
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=_compiled,
        )
        self.environment.install_gettext_callables(  # type: ignore[attr-defined]
            _gettext, _ngettext, newstyle=True
        )
        self.environment.filters.update(
            wrap=markdown.wrap, underline=markdown.underlined, plain_lines=plain_lines, colon=with_colon
        )

    def render(self, template: str, /, language: str = "en", **context: Any) -> str:
        """The finished text. `TemplateError` names the file and line where it cannot be made."""
        direction = languages.direction(language)
        start, end = ("right", "left") if direction == "rtl" else ("left", "right")
        known = {"language": language, "direction": direction, "start": start, "end": end}
        token = _language.set(language)
        try:
            return self.environment.get_template(template).render({**known, **context})
        except jinja2.TemplateSyntaxError as problem:
            where = f"{problem.name or template}, line {problem.lineno}"
            raise TemplateError(f"The template {where} does not compile: {problem.message}.") from problem
        except jinja2.TemplateNotFound as problem:
            raise TemplateError(f"There is no template {problem.name or template}.") from problem
        except UnicodeDecodeError as problem:
            raise TemplateError(f"The template {template} cannot be filled in: {_NO_TEXT}.") from problem
        except (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as problem:
            raise TemplateError(
                f"The template {self._place(template, problem)} cannot be filled in: {problem}."
            ) from problem
        finally:
            _language.reset(token)

    def exists(self, template: str) -> bool:
        """Whether the owner or we have a file of that name."""
        try:
            self.environment.get_template(template)
        except jinja2.TemplateNotFound:
            return False
        except jinja2.TemplateSyntaxError:
            return True
        return True

    def does_not_compile(self, template: str) -> str:
        """Why the form of a template is wrong, in a sentence; empty where it is not. Nothing is filled in."""
        try:
            self.environment.get_template(template)
        except jinja2.TemplateSyntaxError as problem:
            where = f"{problem.name or template}, line {problem.lineno}"
            return f"The template {where} does not compile: {(problem.message or 'it cannot be read').rstrip('.')}."
        except UnicodeDecodeError:
            return f"The template {template} cannot be read: {_NO_TEXT}."
        except (jinja2.TemplateError, OSError) as problem:
            return f"The template {template} cannot be read: {str(problem).rstrip('.')}."
        return ""

    def _place(self, template: str, problem: Exception) -> str:
        """`name, line n` of the innermost template frame that the error came through."""
        folders = (
            self.environment.loader.searchpath if isinstance(self.environment.loader, jinja2.FileSystemLoader) else []
        )
        for frame in reversed(traceback.extract_tb(problem.__traceback__)):
            for folder in folders:
                path = Path(frame.filename)
                if path.is_relative_to(folder):
                    return f"{path.relative_to(folder).as_posix()}, line {frame.lineno}"
        return template


@cache
def shipped_templates() -> Path:
    """The folder of our own templates: inside the package in a wheel, beside it in a checkout or editable install."""
    package = Path(__file__).resolve().parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def plain_lines(text: str) -> str:
    """Text without trailing blanks and without more than one empty line in a row."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip("\n") + "\n"


@jinja2.pass_context  # and so it is not computed once for all languages, as filters of constants are
def with_colon(context: jinja2.runtime.Context, label: object) -> str:
    """A label with its colon, before which French has a space that does not break."""
    return f"{label}\u00a0:" if str(context["language"]).partition("-")[0] == "fr" else f"{label}:"


def _gettext(message: str) -> str:
    translate: Callable[[str], str] = languages.translator(_language.get()).gettext
    return translate(message)


def _ngettext(singular: str, plural: str, count: int) -> str:
    return languages.translator(_language.get()).ngettext(singular, plural, count)
