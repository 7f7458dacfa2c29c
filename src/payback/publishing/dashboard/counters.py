"""What the server has done, as Prometheus reads it."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payback.publishing.dashboard.live import Live

_KNOWN = frozenset({"/", "/api/data", "/api/query", "/api/export", "/healthz", "/metrics", "/login", "/assets/"})
_BUCKETS = (0.01, 0.05, 0.1, 0.3, 1.0, 5.0)


class Counters:
    """Requests by path and status, and how long queries took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._buckets: Counter[float] = Counter()
        self._seconds, self._queries = 0.0, 0

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count a request."""
        shown = "/assets/" if path.startswith("/assets/") else path if path in _KNOWN else "other"
        with self._lock:
            self._requests[shown, status] += 1
            if path == "/api/query":
                self._queries += 1
                self._seconds += seconds
                self._buckets.update(bound for bound in _BUCKETS if seconds <= bound)

    def text(self, live: Live) -> str:
        """Return everything in Prometheus' text format, version 0.0.4."""
        with self._lock:
            requests, buckets = dict(self._requests), dict(self._buckets)
            seconds, queries = self._seconds, self._queries
        lines = ["# HELP payback_requests_total Requests answered.", "# TYPE payback_requests_total counter"]
        lines += [
            f'payback_requests_total{{path="{path}",status="{status}"}} {count}'
            for (path, status), count in sorted(requests.items())
        ]
        lines += ["# HELP payback_query_seconds Time to answer a query.", "# TYPE payback_query_seconds histogram"]
        lines += [f'payback_query_seconds_bucket{{le="{bound}"}} {buckets.get(bound, 0)}' for bound in _BUCKETS]
        lines += [
            f'payback_query_seconds_bucket{{le="+Inf"}} {queries}',
            f"payback_query_seconds_sum {seconds:.6f}",
            f"payback_query_seconds_count {queries}",
            "# HELP payback_answers_reused_total Queries whose answer was known.",
            "# TYPE payback_answers_reused_total counter",
            f"payback_answers_reused_total {live.hits}",
            "# HELP payback_data_reloads_total Times that newer data was taken in.",
            "# TYPE payback_data_reloads_total counter",
            f"payback_data_reloads_total {live.reloads}",
            "# HELP payback_data_created_timestamp_seconds When the run that made the data ended.",
            "# TYPE payback_data_created_timestamp_seconds gauge",
            f"payback_data_created_timestamp_seconds {live.created:.0f}",
        ]
        return "\n".join(lines) + "\n"
