"""Words to calls: the only room that prints or sets up logging."""

from payback.cli.main import main

__all__ = ["main"]
