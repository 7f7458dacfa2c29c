"""What each marketing campaign pays back, and who the customers are.

Everything a user needs is imported from here; names are resolved when they are used, so that importing the package
costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from payback.analysis.customer_segmentation import CustomerSegmentation
    from payback.analysis.roi_calculator import ROICalculator
    from payback.analysis.time_intelligence import calculate_time_intelligence
    from payback.cleaning import data_cleaner
    from payback.cleaning.data_cleaner import (
        CleanedData,
        clean_campaign_data,
        clean_customer_data,
        split_campaign_data,
        split_customer_data,
    )
    from payback.cleaning.judging import CleaningSettings
    from payback.cleaning.validation import validate_data
    from payback.config import Settings, load_settings
    from payback.data_loader import DataLoader, LoadReport
    from payback.errors import PaybackError, ValidationError, WarehouseError
    from payback.pipeline.charts import charts
    from payback.pipeline.run import Run
    from payback.sources.demo import generate_demo

_HOMES = {
    "CleanedData": "payback.cleaning.data_cleaner",
    "CleaningSettings": "payback.cleaning.judging",
    "CustomerSegmentation": "payback.analysis.customer_segmentation",
    "DataLoader": "payback.data_loader",
    "LoadReport": "payback.data_loader",
    "PaybackError": "payback.errors",
    "ROICalculator": "payback.analysis.roi_calculator",
    "Run": "payback.pipeline.run",
    "Settings": "payback.config",
    "ValidationError": "payback.errors",
    "WarehouseError": "payback.errors",
    "calculate_time_intelligence": "payback.analysis.time_intelligence",
    "charts": "payback.pipeline.charts",
    "clean_campaign_data": "payback.cleaning.data_cleaner",
    "clean_customer_data": "payback.cleaning.data_cleaner",
    "data_cleaner": "payback.cleaning",
    "generate_demo": "payback.sources.demo",
    "load_settings": "payback.config",
    "split_campaign_data": "payback.cleaning.data_cleaner",
    "split_customer_data": "payback.cleaning.data_cleaner",
    "validate_data": "payback.cleaning.validation",
}

__all__ = [
    "CleanedData",
    "CleaningSettings",
    "CustomerSegmentation",
    "DataLoader",
    "LoadReport",
    "PaybackError",
    "ROICalculator",
    "Run",
    "Settings",
    "ValidationError",
    "WarehouseError",
    "__version__",
    "calculate_time_intelligence",
    "charts",
    "clean_campaign_data",
    "clean_customer_data",
    "data_cleaner",
    "generate_demo",
    "load_settings",
    "split_campaign_data",
    "split_customer_data",
    "validate_data",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import the module that a public name lives in, when the name is first used."""
        from importlib import import_module

        if name not in _HOMES:
            message = f"module 'payback' has no attribute {name!r}"
            raise AttributeError(message)
        home = import_module(_HOMES[name])
        if name == "data_cleaner":
            return import_module("payback.cleaning.data_cleaner")
        return getattr(home, name)


def __dir__() -> list[str]:
    return sorted(__all__)
