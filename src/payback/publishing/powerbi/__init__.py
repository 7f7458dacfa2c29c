"""The Power BI project: a semantic model in TMDL and a report in PBIR, written as text.

`write_project` writes it, `check_project` judges one, `refresh_rows` renews its rows and leaves its definitions.
"""

from __future__ import annotations

from payback.publishing.powerbi.checks import Finding, check_project
from payback.publishing.powerbi.options import ProjectOptions
from payback.publishing.powerbi.project import changes_of, refresh_rows, write_project

__all__ = ["Finding", "ProjectOptions", "changes_of", "check_project", "refresh_rows", "write_project"]
