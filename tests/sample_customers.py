"""Customers of a made-up shop for the tests of segmentation: four groups whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

GROUPS = ("passing", "engaged", "occasional", "heavy")
SHARES = (0.55, 0.28, 0.13, 0.04)


def shop(rows, seed=1):
    """Customers in random order: most never buy, few buy much."""
    random = np.random.default_rng(seed)
    group = random.choice(4, rows, p=SHARES)
    sessions = 1 + random.poisson(np.array([0.3, 5, 6, 17])[group])
    pages = 1 + random.gamma(np.array([2, 5, 5, 5])[group], np.array([0.8, 1, 1, 1])[group])
    transactions = np.where(
        group < 2, 0, np.array([0, 0, 1, 3])[group] + random.poisson(np.array([0, 0, 0.3, 4])[group])
    )
    revenue = (transactions * random.lognormal(4, 0.6, rows)).round(2)
    return pd.DataFrame(
        {
            "customer_id": random.permutation(rows) + 1,
            "sessions": sessions,
            "pages_per_session": pages.round(3),
            "transactions": transactions,
            "revenue": revenue,
            "currency": "EUR",
        }
    )


def few():
    """Seven customers that anybody would put into three groups."""
    return pd.DataFrame(
        {
            "customer_id": [11, 12, 13, 14, 15, 16, 17],
            "sessions": [1, 20, 8, 1, 22, 9, 1],
            "pages_per_session": [1.0, 9.0, 6.0, 1.5, 8.0, 6.5, 1.0],
            "transactions": [0, 9, 1, 0, 11, 1, 0],
            "revenue": [0.0, 900.0, 40.0, 0.0, 1200.5, 35.25, 0.0],
        }
    )
