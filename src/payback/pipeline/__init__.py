"""The corridor: which step comes after which, what each was given and made, and how to go on after a failure."""

from payback.pipeline.questions import campaign_roi, clean_state, segment_profiles
from payback.pipeline.raw_folder import RAW_SUFFIXES
from payback.pipeline.record import RunRecord, StepRecord
from payback.pipeline.run import Run

__all__ = ["RAW_SUFFIXES", "Run", "RunRecord", "StepRecord", "campaign_roi", "clean_state", "segment_profiles"]
