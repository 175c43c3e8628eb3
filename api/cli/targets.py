"""Where commands write to, looked at before they work: what they made must not be lost."""

import os
from pathlib import Path

import typer


def file_target(path: Path | None) -> Path | None:
    """A file that can be written in a folder that is there. Raises BadParameter."""
    if path is not None:
        _writable(path.parent)
        if path.is_dir():
            raise typer.BadParameter("this is a folder; name a file in it")
        if os.access(path, os.F_OK):
            _may_write(path, os.W_OK)
    return path


def folder_target(path: Path | None) -> Path | None:
    """A folder that is there or can be made, with those above it. Raises BadParameter."""
    if path is not None:
        _writable(next(p for p in (path, *path.parents) if os.access(p, os.F_OK)))
    return path


def new_file_target(path: Path | None) -> Path | None:
    """A file in a folder that is there or can be made. Raises BadParameter."""
    if path is not None:
        folder_target(path.parent)
    return path


def _writable(folder: Path) -> None:
    if not os.access(folder, os.F_OK):
        raise typer.BadParameter("the folder does not exist; make it first")
    if not folder.is_dir():
        raise typer.BadParameter("a part of this path is a file, where a folder is needed")
    _may_write(folder, os.W_OK | os.X_OK)


def _may_write(path: Path, mode: int) -> None:
    if not os.access(path, mode):
        kind = "folder" if path.is_dir() else "file"
        raise typer.BadParameter(f"the {kind} cannot be written; its permissions do not let you")
