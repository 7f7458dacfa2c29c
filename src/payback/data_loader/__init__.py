"""The front door: files go in, tables come out."""

from payback.data_loader.loader import DataLoader
from payback.data_loader.report import LoadReport
from payback.data_loader.server import server_settings

__all__ = ["DataLoader", "LoadReport", "server_settings"]
