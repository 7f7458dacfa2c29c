"""The files of a new project, commented; `payback init` writes them."""

from __future__ import annotations

from importlib import resources

_FILES = {
    "config/config.yaml": "config.yaml",
    "config/database_config.yaml": "database_config.yaml",
    "config/README.md": "README.md",
    ".gitignore": "gitignore",
}


def starter_files() -> dict[str, str]:
    """Return the files of a new project.

    Returns
    -------
    dict of str to str
        Path below the project folder (with ``/``) and text. An empty text makes the folder that holds it.

    Examples
    --------
    >>> sorted(starter_files())[0]
    '.gitignore'
    """
    folder = resources.files(__name__)
    texts = {path: folder.joinpath(name).read_text(encoding="utf-8") for path, name in _FILES.items()}
    return {**texts, "data/raw/.gitkeep": ""}
