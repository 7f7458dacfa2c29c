"""The cube behind the report: sums small enough to travel, from which every page is answered exactly."""
