class BackupFailed(Exception):
    """A sentence for the operator; nothing was put in place."""
