"""Every setting, typed, in one place; where each value came from; and the starter files that `payback init` writes.

Settings are read at the edge. A class of another room takes plain arguments and works without any of this.
"""

from payback.config.loading import PLACEHOLDER, SettingOrigin, load_settings, settings_with_origins
from payback.config.reading import FileSettings
from payback.config.schema import settings_schema
from payback.config.settings import Settings
from payback.config.starter import starter_files

__all__ = [
    "PLACEHOLDER",
    "FileSettings",
    "SettingOrigin",
    "Settings",
    "load_settings",
    "settings_schema",
    "settings_with_origins",
    "starter_files",
]
