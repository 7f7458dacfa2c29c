"""Keeps the installation healthy: checks, measurements, backups."""
