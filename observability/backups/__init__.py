"""Backups: rows and files that agree, and restores that bring back nothing that was deleted (docs/backup.md)."""
