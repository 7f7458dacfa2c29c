"""Charts of the report as SVG or PNG without a browser, for mail and notebooks.

The pages' own chart definitions draw them, in V8 (mini-racer); PNG is made by resvg. Both come with
``pip install "payback[images]"``.
"""

from payback.publishing.images.drawing import CHARTS, Charts, Drawing, can_draw

__all__ = ["CHARTS", "Charts", "Drawing", "can_draw"]
