"""Reports unexpected errors to the Sentry that SENTRY_DSN names. Nothing of a session's contents."""

from typing import Any

from config.log_lines import first_line
from config.request_id import context


def start(dsn: str) -> None:
    """Imported only where there is somebody to report to."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        traces_sample_rate=0,
        ignore_errors=["django.core.exceptions.DisallowedHost"],  # whoever scans the internet
        before_send=without_contents,  # type: ignore[arg-type]  # a dict by another name
        before_breadcrumb=lambda *_: None,  # queries, requests and log lines on the way
    )


def without_contents(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Which request of which project it was, the places in the code, and the first line of what the error says."""
    method = event.pop("request", {}).get("method", "")
    for name in ["extra", "user", "breadcrumbs", "logentry"]:
        event.pop(name, None)
    for error in event.get("exception", {}).get("values", []):
        error["value"] = first_line(str(error.get("value", "")))
    event["tags"] = {**event.get("tags", {}), **context.get(), **({"method": method} if method else {})}
    return event
