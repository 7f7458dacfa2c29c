"""The settings of a database server as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from payback.config import Settings


def server_settings(settings: Settings, project: Path) -> dict[str, Any]:
    """Return the settings of the database server as plain values; files are found from the project.

    Parameters
    ----------
    settings : Settings
        Where they stand; password and URL come out readable.
    project : Path
        Folder of the project.
    """
    server = settings.mysql
    plain = {name: getattr(server, name) for name in type(server).model_fields}
    secrets = {name: plain[name].get_secret_value() for name in ("password", "url") if plain[name]}
    files = {name: project / plain[name] for name in ("tls_ca", "tls_cert", "tls_key") if plain[name]}
    return plain | secrets | files
