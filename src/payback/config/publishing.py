"""What is written, served and sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from payback.config.section import SPLIT, Currency, Day, Format, Section
from payback.metrics import METRICS


class Publishing(Section):
    """What is written into paths.outputs."""

    formats: Annotated[list[Format], SPLIT] = Field(
        default=["parquet", "csv", "excel", "html", "powerbi"], description="Formats to write."
    )


class PowerBI(Section):
    """The Power BI project."""

    source: Literal["parquet", "mysql"] = Field(
        default="parquet",
        description="Where Power BI reads the rows: the folder data beside the project, or the MySQL database.",
    )
    incremental: bool = Field(default=False, description="Refresh the facts by months.")
    dark: bool = Field(default=False, description="Dark colours.")


class Report(Section):
    """How the report and the dashboard look."""

    title: str | None = Field(default=None, max_length=200, description="Headline.")
    logo: Path | None = Field(
        default=None, description="Picture (PNG, JPEG, WebP, SVG, up to 200 kB), relative to the project folder."
    )
    locale: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")] = Field(
        default="", description="Language tag for numbers, days and money, such as de-DE; the reader's where empty."
    )
    currency: Currency | None = Field(default=None, description="Currency to show first, where there are several.")
    theme: Literal["auto", "light", "dark"] = Field(default="auto", description="Colours at first sight.")
    maximum_cells: int = Field(
        default=250_000,
        ge=1_000,
        description="Sums that the report file may carry; beyond it detail is left out, and the page says which.",
    )
    annotations: dict[Day, Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=dict, description="Day: what happened on it, in a few words; the charts mention it."
    )


class Serve(Section):
    """The dashboard: payback serve."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; one that others can reach needs a password."
    )
    port: int = Field(default=8321, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    password: SecretStr | None = Field(
        default=None, description="What readers log in with; better given by the environment than written in a file."
    )
    token: SecretStr | None = Field(
        default=None,
        description="Token in the address, where there is no password; a new one at each start where empty.",
    )
    names: list[str] = Field(
        default_factory=list, description="Further names by which the server is called, such as that of a proxy."
    )


class Email(Section):
    """Where mail is handed in, and who gets it."""

    host: str | None = Field(default=None, description="The SMTP server; no mail is sent where empty.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    user: str | None = Field(default=None, description="User name, where the server asks for one.")
    password: SecretStr | None = Field(default=None, description="Password; set PAYBACK_EMAIL__PASSWORD instead.")
    sender: str = Field(default="", description="Address of the sender.")
    recipients: Annotated[list[str], SPLIT] = Field(default_factory=list, description="Addresses that get the report.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="Encryption: after the greeting (port 587), from the first byte (465), or none."
    )
    certificates: Path | None = Field(
        default=None, description="PEM file of the certificates to trust; those of the system where empty."
    )
    attach: bool = Field(default=True, description="Attach the report file to the mail.")
    timeout: float = Field(default=30, gt=0, description="Seconds to wait for an answer.")


class AlertRule(Section):
    """When somebody should have a look; one kind of test a rule."""

    metric: Literal[tuple(METRICS)] | None = Field(  # type: ignore[valid-type]
        default=None, description="Metric to watch."
    )
    by: Literal["total", "channel", "campaign", "source"] = Field(default="total", description="What it is watched of.")
    days: int = Field(default=7, ge=1, description="Days up to the last one with data that are looked at.")
    below: float | None = Field(default=None, description="Alert where the metric is smaller.")
    above: float | None = Field(default=None, description="Alert where the metric is larger.")
    falls_by: float | None = Field(
        default=None, gt=0, description="Alert where it falls by a larger share against the days before: 0.2 is 20 %."
    )
    rises_by: float | None = Field(default=None, gt=0, description="Alert where it rises by a larger share.")
    minimum_cost: float = Field(default=0, ge=0, description="Leave out what cost less in these days.")
    monthly_budget: float | None = Field(
        default=None, gt=0, description="Cost planned for a month; alert where the pace leads above or below it."
    )
    pace: float = Field(default=0.1, gt=0, description="Share by which the pace may differ from the budget.")
    stale_days: int | None = Field(
        default=None, ge=1, description="Alert where a source has had no new day for more days than this."
    )


class Alerts(Section):
    """Messages about what needs an eye."""

    urls: Annotated[list[SecretStr], SPLIT] = Field(
        default_factory=list,
        description="Where they go, as Apprise writes addresses; set PAYBACK_ALERTS__URLS, they hold secrets.",
    )
    failed_run: bool = Field(default=True, description="Tell of a run that failed, where there are addresses.")
    rules: dict[str, AlertRule] = Field(default_factory=dict, description="Name: rule.")
