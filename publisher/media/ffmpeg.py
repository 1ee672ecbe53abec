"""ffmpeg, run on files of ours only: no shell, no network, no playlist, a limit of time and of size.

The demuxer is named by us from the bytes of the file, because ffmpeg's own guess may take a text for a list of other files.
"""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from publisher.errors import BadInput, PublisherError
from publisher.media.probed import size
from publisher.media.signatures import ffmpeg_is_here

SECONDS = 3600
LARGEST = 2_000_000_000
LONGEST_REPORT = 200_000
ABSENT = (
    "This hub cannot turn sound into another form: ffmpeg is not installed on its machine. Its operator can add it."
)


def run(
    source: Path,
    demuxer: str,
    options: Sequence[str],
    out: Path | None,
    *,
    muxer: str = "mp3",
    seconds: float = SECONDS,
) -> str:
    """Turn `source` into `out` (None: only listen to it), and give what ffmpeg reported.

    `BadInput` where the source cannot be read or becomes too long, `PublisherError` where ffmpeg is absent.
    """
    if not ffmpeg_is_here():
        raise PublisherError(ABSENT)
    words = [
        "ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-loglevel", "info", "-y",
        "-protocol_whitelist", "file", "-f", demuxer, "-i", f"file:{source.absolute()}",
        *options,
        *(("-fs", str(LARGEST), "-f", muxer, f"file:{out.absolute()}") if out else ("-f", "null", "-")),
    ]  # fmt: skip
    report, code = _ended(words, seconds)
    if code != 0 or (out and not (out.is_file() and out.stat().st_size)):
        raise BadInput("The sound in this file cannot be read: it is damaged, or there is none in it.")
    if out and out.stat().st_size >= LARGEST - 100_000:
        raise BadInput(f"The sound in this file is too long: it would become larger than {size(LARGEST)}.")
    return report


def _ended(words: list[str], seconds: float) -> tuple[str, int]:
    """What it reported, and how it ended. The report goes to a file: a damaged hour can fill megabytes with complaints."""
    with tempfile.TemporaryFile() as report:
        try:
            ended = subprocess.run(  # noqa: S603  # a list, no shell; every word is ours but the path, which is absolute
                words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=report, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired as problem:
            raise BadInput(
                f"Turning this file into sound took longer than {seconds / 60:g} minutes; we gave up."
            ) from problem
        except OSError as problem:
            raise PublisherError(f"ffmpeg cannot be run on this machine: {problem.strerror}.") from problem
        report.seek(max(0, report.seek(0, 2) - LONGEST_REPORT))
        return report.read().decode("utf-8", "replace"), ended.returncode
