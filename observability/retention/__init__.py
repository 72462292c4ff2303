"""The end of the data's life: expiry, deletion, purge, and rows and files reconciled (docs/retention.md)."""
