"""What LiveKit's SDKs mean by their records: one vocabulary over all SDK generations. Plain Python, no
Django."""
