"""What a restore puts back beside the database: media, the owner's files, and the secret key.

Media are named by their content, so they may be there before the database is. The key and the owner's files change together
with it, as nearly as a disk allows: a mark is set before the database is changed and taken away after them.
"""

import json
import os
import shutil
from pathlib import Path

from publisher.backups import making
from publisher.backups.working import sync
from publisher.errors import BadInput, Conflict
from publisher.house import House
from publisher.settings import Settings
from publisher.unfinished import MARK

KEY, REPLACED = "secret_key", "secret_key.replaced"


def refuse_other_key(house: House, folder: Path, has_data: bool, word: str) -> None:
    """A key given by a setting wins over the kept one, and a kept one that is in use is not taken away unasked: with another
    one every link that was mailed is dead."""
    ours, theirs = house.settings.secret_key, (folder / making.SECRET).read_text(encoding="utf-8")
    place = house.settings.data_dir / KEY
    if ours == theirs:
        return
    if not place.is_file() or place.read_text(encoding="ascii").strip() != ours:
        raise BadInput(
            "PUBLISHER_SECRET_KEY is not the key of this backup: links in mails that were sent would be dead."
        )
    if has_data and word != "replace":
        raise Conflict(
            "The secret key of this hub is another than that of the backup; links that this hub has mailed would be dead. "
            f"Say “--key replace” if that is meant: the key that is here is kept as {REPLACED}."
        )


def media(folder: Path, data_dir: Path) -> None:
    """Put media back. What is there already has the same content."""
    if (folder / "media").is_dir():
        shutil.copytree(folder / "media", data_dir / "media", dirs_exist_ok=True)


def begin(data_dir: Path) -> None:
    """From here on the database is the restored one, and the rest must follow."""
    (data_dir / MARK).touch()
    sync(data_dir)


def was_cut_off(data_dir: Path) -> bool:
    return (data_dir / MARK).exists()


def settings_changed(folder: Path, settings: Settings) -> list[str]:
    """Names of the settings that were others when the backup was made, as far as it has them; values may be secret."""
    then = json.loads((folder / making.SETTINGS).read_text(encoding="utf-8"))
    return [name for name, value in making.settings_of(settings).items() if then.get(name, value) != value]


def finish(folder: Path, settings: Settings) -> str:
    """The owner's files and the key. Returns the name under which another key that was here is kept, or nothing."""
    data_dir = settings.data_dir
    for name in making.FOLDERS:
        if name != "media" and (folder / name).is_dir():
            shutil.copytree(folder / name, data_dir / name, dirs_exist_ok=True)
    kept = _key(folder / making.SECRET, data_dir, is_new=settings.key_is_new)
    (data_dir / MARK).unlink()
    sync(data_dir)
    return kept


def _key(theirs: Path, data_dir: Path, *, is_new: bool) -> str:
    """`is_new`: the key that is here was made a moment ago, by this command in an empty folder; nobody will miss it."""
    place, kept = data_dir / KEY, ""
    if (
        not is_new
        and place.is_file()
        and place.read_text(encoding="utf-8").strip() != theirs.read_text(encoding="utf-8")
    ):
        kept = REPLACED
        beside = data_dir / f".{REPLACED}"
        shutil.copy2(place, beside)
        beside.replace(data_dir / REPLACED)
    new = data_dir / ".secret_key.restored"
    shutil.copyfile(theirs, new)
    new.chmod(0o600)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(place)
    return kept
