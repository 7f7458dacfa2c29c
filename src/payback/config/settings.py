"""The settings themselves: name, type, allowed values, default and meaning of each.

The types are the only place where a default stands. The starter files, the reference page, the JSON Schema and the
messages about wrong values are made from them. Classes of the other rooms take plain arguments with the same
defaults; a test compares the two.
"""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from payback.config.judging import Cleaning, EngineSettings, Logging, Model, Roi
from payback.config.publishing import Alerts, Email, PowerBI, Publishing, Report, Serve
from payback.config.reading import GA4, FileSettings, GA4Export, Load
from payback.config.section import Currency
from payback.config.storing import Backup, Maintenance, MySQL, Paths, Warehouse


class Settings(BaseSettings):
    """Every setting of Payback.

    ``Settings()`` gives the defaults and reads nothing; `payback.config.load_settings` reads environment and files.

    Examples
    --------
    >>> Settings().model.clustering.n_clusters
    3
    """

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
        env_prefix="PAYBACK_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        env_parse_none_str="null",
    )

    paths: Paths = Paths()
    model: Model = Model()
    mysql: MySQL = MySQL()
    warehouse: Warehouse = Warehouse()
    currency: Currency | None = Field(
        default=None, description="ISO 4217 code of money whose currency the file does not say, such as EUR."
    )
    load: Load = Load()
    files: dict[str, FileSettings] = Field(
        default_factory=dict, description="File name pattern, such as meta/*.csv: how these files are read."
    )
    cleaning: Cleaning = Cleaning()
    roi: Roi = Roi()
    engine: EngineSettings = EngineSettings()
    logging: Logging = Logging()
    publishing: Publishing = Publishing()
    powerbi: PowerBI = PowerBI()
    ga4: GA4 = GA4()
    ga4_export: GA4Export = GA4Export()
    email: Email = Email()
    alerts: Alerts = Alerts()
    report: Report = Report()
    serve: Serve = Serve()
    backup: Backup = Backup()
    maintenance: Maintenance = Maintenance()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing behind the caller's back: `load_settings` merges the layers and knows where each came from."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)
