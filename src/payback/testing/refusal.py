"""A request to a server of tests that is not answered: a status of gRPC, and words."""

from __future__ import annotations

from typing import NoReturn

import grpc


class Refusal(Exception):  # noqa: N818 - an answer of the protocol, not an error of Payback
    """A request that is not answered.

    Parameters
    ----------
    code : grpc.StatusCode
        Status.
    message : str
        What the client's exception says.
    """

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def invalid(message: str) -> Refusal:
    """Return the refusal of a request that makes no sense."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def abort(context: grpc.ServicerContext, no: Refusal) -> NoReturn:
    """End a call with a refusal."""
    context.abort(no.code, no.message)
    raise AssertionError  # abort never returns
