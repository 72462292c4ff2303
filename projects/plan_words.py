"""What another plan means for a project, in sentences. Read before it is confirmed."""

from projects.models import Plan
from projects.usage import Usage, month_after


def what_changes(now: Plan, chosen: Plan, month: Usage) -> list[str]:
    sentences = [
        retention_of(now, chosen),
        quota_of(chosen),
        rates_of(chosen),
        model_improvement_of(now, chosen),
    ]
    if month.exceeds(chosen):
        begins_again = month_after(month.begins)
        sentences.append(
            f"This month has used up {chosen.name}’s quota already: no session begins until {begins_again:%-d %B}."
        )
    return [sentence for sentence in sentences if sentence]


def retention_of(now: Plan, chosen: Plan) -> str:
    kept = "Sessions that are here keep the date on which they expire."
    if chosen.retention_days == now.retention_days:
        return f"{kept} Coming ones are kept for {chosen.retention_days} days, as before."
    return f"{kept} Coming ones are kept for {chosen.retention_days} days instead of {now.retention_days}."


def quota_of(chosen: Plan) -> str:
    events, minutes = chosen.events_per_month, chosen.recording_minutes_per_month
    if events is None and minutes is None:
        return "Events and recorded minutes are not limited."
    parts = [
        "any number of events" if events is None else f"{events:,} events",
        "any number of recorded minutes" if minutes is None else f"{minutes:,} recorded minutes",
    ]
    return f"Each month it may receive {' and '.join(parts)}."


def rates_of(chosen: Plan) -> str:
    uploads, requests = chosen.requests_per_minute, chosen.api_requests_per_minute
    return f"Each minute its agents may upload {uploads:,} times, and its scripts ask the API {requests:,} times."


def model_improvement_of(now: Plan, chosen: Plan) -> str:
    if now.in_model_improvement and not chosen.in_model_improvement:
        return (
            "The project leaves the model improvement programme: nothing of its sessions stays after them, "
            "and what has stayed so far is deleted."
        )
    if chosen.in_model_improvement and not now.in_model_improvement:
        return (
            f"{chosen.name} is part of the model improvement programme. "
            "Sessions that began before are never part of it."
        )
    return ""
