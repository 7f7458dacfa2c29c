"""The report: one HTML file with everything in it, which asks nothing of anybody.

The file holds the front end, the data, the cube as packed bytes, and a page for browsers without scripts. Its content
policy allows the very script and styles that it was written with and no request at all, so a file that is mailed
around shows what it was made with and tells nobody that it was opened.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from payback.engine.duckdb import Engine
from payback.publishing.cube.listing import coded, kept_campaigns, lists_of
from payback.publishing.cube.packing import pack
from payback.publishing.cube.reducing import MAXIMUM_CELLS, reduce_cube
from payback.publishing.files import Staging
from payback.publishing.html.assets import bundle, content_hash
from payback.publishing.html.static import period_of, static_style, template

if TYPE_CHECKING:
    from pathlib import Path

    from payback.publishing.cube.folder import Kept
    from payback.publishing.html.assets import Bundle

Record = dict[str, Any]


def write_report(kept: Kept, path: Path, *, maximum_cells: int = MAXIMUM_CELLS, scripts: bool = True) -> Path:
    """Write the report and return its path.

    Parameters
    ----------
    kept : Kept
        What a run kept for it. Equal data gives equal bytes.
    path : Path
        The file, which appears complete or not at all.
    maximum_cells : int
        Cells of the cube beyond which detail is left out, with a sentence that says so.
    scripts : bool
        False writes the page without scripts alone.

    Raises
    ------
    PublishingError
        The front end is not built, or the file cannot be written.
    """
    text = render_report(kept, maximum_cells=maximum_cells) if scripts else render_plain(kept)
    with Staging() as staging:
        staging.path(path).write_bytes(text.encode("utf-8"))
    return path


def render_report(kept: Kept, *, maximum_cells: int = MAXIMUM_CELLS) -> str:
    """Return the report as text; parameters as `write_report`."""
    built = bundle()
    data, packed = packed_report(kept, maximum_cells)
    cube = base64.b64encode(packed).decode("ascii")
    return _page(kept, built, data=Markup(json_for_html(data)), cube=Markup(cube))  # noqa: S704 - escaped here


def render_plain(kept: Kept) -> str:
    """Return the page without scripts as text."""
    return _page(kept, None, data="", cube="")


def packed_report(kept: Kept, maximum_cells: int = MAXIMUM_CELLS) -> tuple[Record, bytes]:
    """Return the data of the report and its cube as packed bytes, small enough to travel.

    Parameters
    ----------
    kept : Kept
        What a run kept for it.
    maximum_cells : int
        Cells of the cube beyond which detail is left out.
    """
    with Engine() as engine:
        engine.execute("create temp table cube as from read_parquet(?)", [str(kept.cube)])
        relation, notes = reduce_cube(engine, maximum_cells)
        data = kept.data
        if notes:
            lists = lists_of(engine, relation, first=next(iter(data["currencies"]), None))
            campaigns = kept_campaigns(engine, data["campaigns"], relation)
            data = {**data, **lists, "campaigns": campaigns, "notices": notes}
        return data, pack(coded(engine, data, relation))


def json_for_html(value: object) -> str:
    r"""Return JSON that can stand in a script element: no markup, no line end that only some parsers know.

    Examples
    --------
    >>> json_for_html("</script><!--&")
    '"\\u003c/script\\u003e\\u003c!--\\u0026"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    # A lone half of a character pair cannot be written as UTF-8.
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def policy(built: Bundle | None) -> str:
    """Return the content policy of the file: its own script and styles by their hashes, pictures within it, no request.

    Attributes of style are allowed because the drawings set positions with them; they can fetch nothing.
    """
    static = content_hash(static_style())
    if built is None:
        return f"default-src 'none'; style-src {static}; img-src data:; base-uri 'none'; form-action 'none'"
    return (
        f"default-src 'none'; script-src {content_hash(built.loader)} {content_hash(built.script)}; "
        f"style-src {content_hash(built.style)} {static}; style-src-attr 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _page(kept: Kept, built: Bundle | None, *, data: str, cube: str) -> str:
    safe = None if built is None else {name: Markup(text) for name, text in vars(built).items()}  # noqa: S704 - ours
    return template("report.html").render(
        title=kept.data["title"] or "Marketing ROI",
        period=period_of(kept.data),
        policy=Markup(policy(built)),  # noqa: S704 - made here of hashes
        bundle=safe,
        static=Markup(kept.static),  # noqa: S704 - every value was escaped when it was made
        static_style=Markup(static_style()),  # noqa: S704 - our file
        data=data,
        cube=cube,
    )
