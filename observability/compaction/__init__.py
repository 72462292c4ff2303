"""Sealed sessions of days that are over, as Parquet beside the archive: off by default (docs/analytics.md)."""
