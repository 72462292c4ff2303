"""The shapes of Insights, for OpenAPI only: made from the dataclasses that the answers are made of."""

from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

from rest_framework import serializers

from observability.api.schema import filter_parameters, time_zone
from observability.insights.percentiles import Spread
from observability.insights.scope import NAMES
from observability.insights.shapes import Counts, Error, Model, Tool, Verdict
from observability.timeline.facts import ANSWER_TIMES, WAITED_TIMES

Serializer = type[serializers.Serializer[Any]]
PLAIN: dict[Any, type[serializers.Field[Any, Any, Any, Any]]] = {
    int: serializers.IntegerField,
    float: serializers.FloatField,
    str: serializers.CharField,
    bool: serializers.BooleanField,
}


def shape(name: str, /, **more: Any) -> Serializer:
    return type(name, (serializers.Serializer,), more)


def shape_of(kind: type, name: str = "", /, **more: Any) -> Serializer:
    """A field for each of the dataclass's, and more."""
    hints = get_type_hints(kind)
    return shape(
        name or kind.__name__, **{each.name: field_of(hints[each.name]) for each in fields(kind)}, **more
    )


def field_of(hint: Any) -> Any:
    if hint is Spread:
        return SpreadFields()
    is_optional = isinstance(hint, UnionType)
    kind = next(each for each in get_args(hint) if each is not NoneType) if is_optional else hint
    return PLAIN[kind](allow_null=is_optional)


SpreadFields = shape_of(Spread, "Spread")
LatencyFields = shape(
    "LatencyByPart",
    **{name.removesuffix("_ms"): SpreadFields() for name in (*ANSWER_TIMES, *WAITED_TIMES)},
)
RANGE = {"from": serializers.DateTimeField, "to": serializers.DateTimeField}


def ranged() -> dict[str, Any]:
    return {name: field() for name, field in RANGE.items()}


def period(name: str, **more: Any) -> Serializer:
    return shape_of(Counts, name, latency=LatencyFields(), **more)


InsightsFields = shape(
    "Insights",
    **ranged(),
    unit=serializers.ChoiceField(["5 minutes", "hour", "day", "week"], help_text="Of the columns."),
    live=serializers.IntegerField(help_text="Sessions of this range that are not over, so not counted."),
    waiting=serializers.IntegerField(
        help_text="Sessions that are over and not processed yet, so not counted."
    ),
    total=period("InsightsTotal")(),
    before=period("InsightsBefore")(
        allow_null=True, help_text="The same stretch of time before; null if it is not kept as a whole."
    ),
    columns=period("InsightsColumn", **ranged())(many=True),
    versions=shape_of(
        Counts,
        "InsightsVersion",
        agent=serializers.CharField(),
        sdk=serializers.CharField(),
        is_new=serializers.BooleanField(
            help_text="The agent had sessions in an earlier column or the stretch before, none on this version."
        ),
        e2e=SpreadFields(),
    )(many=True),
    tools=shape_of(Tool, "InsightsTool")(many=True),
    models=shape_of(Model, "InsightsModel")(many=True),
    errors=shape_of(Error, "InsightsError")(many=True),
    verdicts=shape_of(Verdict, "InsightsVerdict")(many=True),
    slowest_turns=shape(
        "SlowTurn",
        session=serializers.UUIDField(),
        turn=serializers.IntegerField(),
        agent=serializers.CharField(),
        e2e_ms=serializers.FloatField(),
    )(many=True),
    worst_sessions=shape(
        "WorstSession",
        session=serializers.UUIDField(),
        errors=serializers.IntegerField(),
        slowest_answer_ms=serializers.IntegerField(allow_null=True),
    )(many=True),
)
PARAMETERS = [
    *filter_parameters(*NAMES),
    time_zone("Whose days and hours `from`, `to` and the columns are; UTC unless given."),
]
