"""Input and output files: refusals before any work, outputs that appear whole or not at all.

Imports `siglum.errors` only; the stages that write and the faces may import it.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import sys
from collections.abc import Iterable, Iterator, Mapping

from siglum.errors import EnvironmentFault, UserError, echo

_PREFIX = ".siglum-"
_SUFFIX = ".tmp"
_NUMBERS = itertools.count()
MAX_NAME = 255
"""Bytes of a file's name."""


def read_text(path: str) -> str:
    """The text of a file, of standard input for `-`, without a byte-order mark.

    Raises `UserError`: E-042 no such file or a folder, E-008 not UTF-8, E-009 empty; `EnvironmentFault` E-300 otherwise.
    """
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fix = "text files are UTF-8; machine code goes to `siglum emit` as .hex or .asm"
        raise UserError(f"{_shown(path)} is not UTF-8 at byte {error.start}", None, fix, "E-008") from None
    if not text.strip():
        raise UserError(f"{_shown(path)} is empty", None, "give a file with something in it", "E-009")
    return text


def read_bytes(path: str) -> bytes:
    """The bytes of a file, of standard input for `-`. Raises as `read_text`, apart from E-008 and E-009."""
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a path"
        raise UserError(f"cannot read {_shown(path)}: {why}", None, "give the name of a file", "E-042") from None
    except OSError as error:
        raise EnvironmentFault(f"cannot read {_shown(path)}: {error.strerror}") from None


def _shown(path: str) -> str:
    return "standard input" if path == "-" else echo(path)


def check_output(folder: str, names: Iterable[str] = (), inputs: Iterable[str] = ()) -> None:
    """Refuses a folder that cannot take the outputs, before work starts. Nothing is left behind.

    Raises `UserError` E-002 for a name no file has, E-004 when `folder` is a file or an output is one of the `inputs` under
    any name, and `EnvironmentFault` E-003 when it cannot be written to.
    """
    names = list(names)
    for name in names:
        if name in ("", ".", "..") or "/" in name or not name.isprintable() or len(name.encode()) > MAX_NAME:
            raise UserError(f"`{echo(name)}` is no file name", None, "give another with --name", "E-002")
    if not folder:
        raise UserError("the name of the output folder is empty", None, "-o takes a folder, as in -o .", "E-004")
    with _naming(folder):
        existing = folder
        while not os.path.lexists(existing):
            existing = os.path.dirname(existing) or "."
        if not os.path.isdir(existing):
            fix = "-o takes a folder; it is created when it is not there"
            what = "is a file" if os.path.exists(existing) else "is a link that leads nowhere"
            raise UserError(f"{echo(existing)} {what}", None, fix, "E-004")
        if not os.access(existing, os.W_OK | os.X_OK):
            code = errno.EROFS if os.statvfs(existing).f_flag & os.ST_RDONLY else errno.EACCES
            raise _refused(folder, os.strerror(code))
        _try_to_create(existing, folder)
        given = [path for path in inputs if os.path.exists(path)]
        for name in names:
            target = os.path.join(folder, name)
            if os.path.isdir(target) and not os.path.islink(target):
                raise UserError(f"{echo(target)} is a folder", None, "choose another name", "E-004")
            if os.path.exists(target) and any(os.path.samefile(target, path) for path in given):
                fix = "choose another folder with -o, or another name"
                raise UserError(f"{echo(target)} would overwrite your input", None, fix, "E-004")


def _try_to_create(existing: str, folder: str) -> None:
    """Creates a file in `existing` and removes it. To root every folder of /proc and /sys seems writable."""
    try:
        os.close(os.open(existing, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL):
            raise
    else:
        return
    probe = _temporary(existing)
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except FileNotFoundError:
        raise _refused(folder, "it takes no files") from None
    os.unlink(probe)


def _temporary(folder: str) -> str:
    """A path in `folder` that no other thread or process uses, and that tells whose it is."""
    return os.path.join(folder, f"{_PREFIX}{os.getpid()}-{next(_NUMBERS)}{_SUFFIX}")


def _refused(folder: str, why: str) -> EnvironmentFault:
    return EnvironmentFault(f"cannot write {echo(folder)}: {why}", None, "choose another folder with -o", "E-003")


def write_files(folder: str, contents: Mapping[str, bytes], executable: Iterable[str] = ()) -> list[str]:
    """Writes all files into `folder` (created when absent) and returns their paths, in the order given.

    Each is written beside its place, synced and renamed, so no reader ever sees a part of one; when one cannot be
    written none appears. Raises `UserError` E-004, `EnvironmentFault` E-003 (refused) or E-300 (disk full and the like).
    """
    check_output(folder, contents)
    runnable = set(executable)
    pending: list[tuple[str, str]] = []
    unwanted: list[str] = []
    with _naming(folder):
        os.makedirs(folder, exist_ok=True)
        _sweep(folder)
        try:
            for name, data in contents.items():
                pending.append((_temporary(folder), os.path.join(folder, name)))
                _write_synced(pending[-1][0], data, 0o777 if name in runnable else 0o666)
            while pending:
                new = not os.path.lexists(pending[0][1])
                os.replace(*pending[0])
                unwanted += [pending[0][1]] if new else []
                del pending[0]
            unwanted = []
        finally:
            for path in (*unwanted, *(temporary for temporary, _ in pending)):
                with contextlib.suppress(OSError):
                    os.unlink(path)
        with contextlib.suppress(OSError):  # the files are there; a power cut might take them back
            _sync_folder(folder)
    return [os.path.join(folder, name) for name in contents]


@contextlib.contextmanager
def _naming(folder: str) -> Iterator[None]:
    """Turns what the system refuses into one line that names the folder."""
    try:
        yield
    except ValueError as error:
        raise UserError(f"{echo(folder)} is not a path: {error}", None, "", "E-004") from None
    except OSError as error:
        refused = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        fault = _refused(folder, error.strerror or str(error))
        fault.code = "E-003" if refused else "E-300"
        raise fault from None


def _write_synced(path: str, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(folder: str) -> None:
    """Removes what a killed process left behind."""
    for name in os.listdir(folder):
        if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
            owner = name[len(_PREFIX) : -len(_SUFFIX)].partition("-")[0]
            if owner.isdecimal() and not os.path.exists(f"/proc/{owner}"):
                with contextlib.suppress(OSError):
                    os.unlink(os.path.join(folder, name))
