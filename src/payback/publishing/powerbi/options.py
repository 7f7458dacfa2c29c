"""How a project is to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path, PurePath

Source = Literal["parquet", "mysql"]
NAME = "Payback"


@dataclass(frozen=True)
class ProjectOptions:
    """What a Power BI project is made for.

    Parameters
    ----------
    source : {"parquet", "mysql"}, default "parquet"
        Where Power BI reads the rows: the folder ``data`` beside the project, or views of the MySQL database.
    incremental : bool, default False
        Refresh the facts by months.
    dark : bool, default False
        Dark colours.
    data_folder : path, optional
        What the parameter ``DataFolder`` says; by default the full path of the folder ``data``.
    server, database : str
        What the parameters ``Server`` and ``Database`` say. Never a user or a password: Power BI asks for those.
    force : bool, default False
        Write the project even where somebody changed it; the changed one is kept beside it.
    """

    source: Source = "parquet"
    incremental: bool = False
    dark: bool = False
    data_folder: PurePath | None = None
    server: str = "localhost"
    database: str = "marketing_db"
    force: bool = False

    def with_folder(self, folder: Path) -> str:
        """Return the text of ``DataFolder`` for a project in a folder."""
        return str(self.data_folder) if self.data_folder is not None else str(folder.resolve() / "data")
