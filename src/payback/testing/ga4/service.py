"""The methods of the Data API on the official library's messages, over gRPC."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
from google.analytics.data_v1beta import types

from payback.errors import UsageError
from payback.testing.refusal import Refusal, abort

if TYPE_CHECKING:
    from collections.abc import Callable

    from payback.testing.ga4.answers import Answers

NAME = "google.analytics.data.v1beta.BetaAnalyticsData"
HOST = "127.0.0.1"
_LOG = logging.getLogger(__name__)


class Service:
    """A gRPC server on this machine's own address, for no other machine.

    Parameters
    ----------
    answers : Answers
        What it says.
    port : int
        Port; 0 takes a free one.
    threads : int
        Requests at a time; more than the quota allows, so that one too many is refused, not queued.
    """

    def __init__(self, answers: Answers, port: int, threads: int) -> None:
        self._answers = answers
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ga4")
        # Two servers on one port would share the requests.
        self._server = grpc.server(self._pool, options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, self._methods()),))
        try:
            self.port = self._server.add_insecure_port(f"{HOST}:{port}")
        except RuntimeError as error:
            self._pool.shutdown()
            raise UsageError(
                "the port cannot be used: another program has it, or it is reserved",
                got=str(port),
                hint="choose another one, or 0 for any that is free",
            ) from error
        self._server.start()

    def stop(self) -> None:
        """End every request and give the port back."""
        self._server.stop(grace=None).wait()
        self._pool.shutdown(wait=True)

    def _methods(self) -> dict[str, grpc.RpcMethodHandler]:
        answers = self._answers
        methods: dict[str, tuple[Any, Any, Callable[[Any], Any]]] = {
            "RunReport": (types.RunReportRequest, types.RunReportResponse, answers.run_report),
            "BatchRunReports": (types.BatchRunReportsRequest, types.BatchRunReportsResponse, answers.run_batch),
            "GetMetadata": (types.GetMetadataRequest, types.Metadata, answers.get_metadata),
            "CheckCompatibility": (
                types.CheckCompatibilityRequest,
                types.CheckCompatibilityResponse,
                answers.check_compatibility,
            ),
        }
        return {
            name: grpc.unary_unary_rpc_method_handler(
                self._handler(name, answer),
                request_deserializer=request.deserialize,
                response_serializer=response.serialize,
            )
            for name, (request, response, answer) in methods.items()
        }

    def _handler(self, method: str, answer: Callable[[Any], Any]) -> Callable[[Any, grpc.ServicerContext], Any]:
        def handle(request: Any, context: grpc.ServicerContext) -> Any:
            try:
                self._answers.check_caller(_token(context), request)
                return answer(request)
            except Refusal as no:
                _LOG.debug("%s refused: %s %s", method, no.code, no.message)
                abort(context, no)

        return handle


def _token(context: grpc.ServicerContext) -> str | None:
    """Return the caller's token, if there is one."""
    for key, value in context.invocation_metadata():
        if key == "authorization":
            return str(value).removeprefix("Bearer ")
    return None
