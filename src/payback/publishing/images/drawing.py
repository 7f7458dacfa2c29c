"""Draw the report's charts."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, Self

from payback.engine.duckdb import Engine, literal
from payback.errors import ConfigurationError, PublishingError, UsageError
from payback.publishing.cube.answering import answer_json
from payback.publishing.cube.query import query_of
from payback.publishing.html.assets import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from payback.publishing.cube.folder import Kept

Period = Literal["7d", "28d", "30d", "90d", "180d", "365d", "mtd", "qtd", "ytd", "all"]
Comparison = Literal["previous", "year", "off"]

SCRIPT = "payback-images.js"
CHARTS = {
    "trend": "Revenue and cost by day",
    "bridge": "What changed profit, by channel",
    "bubbles": "Cost against return of each campaign",
    "weeks": "ROAS by week and channel",
}
"""Charts by name, and what each shows."""
_NARROWEST, _WIDEST = 240, 4000


def can_draw() -> bool:
    """Whether the parts that draw are installed and the pages are built."""
    installed = all(find_spec(name) for name in ("py_mini_racer", "resvg_py"))
    return installed and FOLDER.joinpath(SCRIPT).is_file()


@dataclass(frozen=True)
class Drawing:
    """A chart as SVG; a notebook shows it.

    Parameters
    ----------
    title : str
        What it shows.
    svg : str
        The drawing; empty where there is nothing to draw.
    """

    title: str
    svg: str

    def _repr_html_(self) -> str:
        drawn = self.svg or "<p>There is nothing to draw in these days.</p>"
        return f"<figure><figcaption><strong>{escape(self.title)}</strong></figcaption>{drawn}</figure>"


class Charts:
    """The charts of what a run kept. A context manager: leaving it frees some 100 MB.

    Parameters
    ----------
    kept : Kept
        Data and cube, see `payback.publishing.cube.folder.kept`.

    Raises
    ------
    ConfigurationError
        mini-racer is not installed.
    PublishingError
        The pages are not built.

    Examples
    --------
    >>> with Charts(kept(Path("outputs/cube"))) as charts:                        # doctest: +SKIP
    ...     png = charts.png("trend", period="28d")
    """

    def __init__(self, kept: Kept) -> None:
        self._script = _started()
        self._script.call("payback.load", json.dumps(kept.data))
        self._engine = Engine()
        self._engine.execute(f"create view cube as from {literal(str(kept.cube))}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free what the drawing holds."""
        self._engine.close()
        self._script.close()

    def svg(
        self,
        chart: str,
        *,
        period: Period | tuple[date, date] = "28d",
        comparison: Comparison = "previous",
        currency: str = "",
        dark: bool = False,
        width: int = 640,
    ) -> str:
        """Return a chart as SVG; empty where there is nothing to draw.

        Parameters
        ----------
        chart : str
            A name of `CHARTS`.
        period : str or (date, date)
            Days up to the last one with data, month, quarter or year to date, or first and last day.
        comparison : str
            ``previous``, ``year`` or ``off``.
        currency : str
            ISO 4217 code; the report's first one where empty.
        dark : bool
            Colours for a dark background.
        width : int
            Pixels, 240 to 4000.

        Raises
        ------
        UsageError
            There is no such chart, or the width cannot be drawn.
        """
        if chart not in CHARTS:
            raise UsageError("there is no such chart", got=chart, allowed=", ".join(CHARTS))
        if not _NARROWEST <= width <= _WIDEST:
            raise UsageError(
                "a chart cannot be drawn so", where="width", got=str(width), allowed=f"{_NARROWEST} to {_WIDEST} pixels"
            )
        state = json.dumps({**_days(period), "comparison": comparison, "currency": currency})
        with _drawing(chart):
            asked = self._script.call("payback.query", state)
            if not asked:
                return ""
            answer = answer_json(self._engine.rows, query_of(json.loads(asked)))
            return str(self._script.call("payback.draw", chart, state, asked, answer, dark, width))

    def chart(self, chart: str, **options: Any) -> Drawing:
        """Return a chart that a notebook shows; names and options as in `svg`."""
        return Drawing(CHARTS.get(chart, chart), self.svg(chart, **options))

    def _repr_html_(self) -> str:
        return "".join(self.chart(name)._repr_html_() for name in CHARTS)

    def png(self, chart: str, *, scale: float = 2.0, **options: Any) -> bytes:
        """Return a chart as PNG; empty where there is nothing to draw.

        Parameters
        ----------
        chart : str
            A name of `CHARTS`.
        scale : float
            Pixels of the picture for each pixel of ``width``.
        **options
            As in `svg`.
        """
        svg = self.svg(chart, **options)
        if not svg:
            return b""
        from resvg_py import svg_to_bytes

        return bytes(svg_to_bytes(svg_string=svg, zoom=scale, sans_serif_family="DejaVu Sans"))


def _days(period: Period | tuple[date, date]) -> dict[str, str]:
    if isinstance(period, str):
        return {"preset": period}
    return {"preset": "custom", "from": period[0].isoformat(), "to": period[1].isoformat()}


def _started() -> Any:
    try:
        from py_mini_racer import MiniRacer
    except ImportError as error:
        raise ConfigurationError(
            "images need mini-racer and resvg, which are not installed", hint='pip install "payback[images]"'
        ) from error
    script = FOLDER.joinpath(SCRIPT)
    if not script.is_file():
        raise PublishingError("the charts of the report have not been built", hint="build them: make frontend")
    engine = MiniRacer()
    engine.eval(script.read_text(encoding="utf-8"))
    return engine


@contextmanager
def _drawing(chart: str) -> Iterator[None]:
    """Turn an error of the script into one of ours."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith("py_mini_racer"):
            raise
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise PublishingError(
            f"the chart {chart} could not be drawn", got=text, hint="this is a defect of Payback: please report it"
        ) from error
