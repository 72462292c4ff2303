import pytest

from observability.timeline.figures import percentile
from tests.timeline.sessions import built, header, log, point, report, span


@pytest.mark.parametrize(
    ("values", "share", "figure"),
    [
        ([], 0.5, None),
        ([4.0], 0.95, 4.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0], 0.5, 1.5),
        ([0.0, 10.0], 0.95, 9.5),
    ],
)
def test_percentile_lies_between_the_two_nearest(values, share, figure):
    assert percentile(values, share) == figure


def test_delta_points_are_summed_and_other_points_are_not():
    deltas = [point("tokens", 5, 1000), point("tokens", 7, 2000)]
    totals = [point("total", 5, 1000, temporality=2), point("total", 7, 2000, temporality=2)]

    metrics = {metric.name: (metric.value, metric.points) for metric in built(*deltas, *totals).metrics}

    assert metrics == {"tokens": (12.0, 2), "total": (7.0, 2)}


def test_histograms_add_up_by_their_own_attributes_only():
    def histogram(at_ms, seconds, **attributes):
        return point(
            "lk.agents.turn.e2e_latency",
            None,
            at_ms,
            kind="histogram",
            count=1,
            sum=seconds,
            min=seconds,
            max=seconds,
            attributes={"job_id": "AJ_1", "room_id": "RM_1", **attributes},
        )

    [metric] = built(histogram(1000, 0.5), histogram(2000, 1.5)).metrics

    assert (metric.count, metric.sum, metric.min, metric.max, metric.attributes) == (2, 2.0, 0.5, 1.5, {})


def test_usage_sums_requests_per_model():
    def request(model, tokens):
        return span(
            "llm_request", attributes={"gen_ai.request.model": model, "gen_ai.usage.input_tokens": tokens}
        )

    usage = built(request("a", 1), request("a", 2), request("b", 4)).usage

    assert [(u.model, u.figures) for u in usage] == [
        ("a", {"requests": 2.0, "input_tokens": 3.0}),
        ("b", {"requests": 1.0, "input_tokens": 4.0}),
    ]


def test_usage_falls_back_to_report_and_then_to_metrics_type_by_type():
    told = report(usage=[{"type": "stt_usage", "model": "ears", "audio_duration": 2.0}])
    metrics = [
        point("lk.agents.usage.stt_audio_duration", 9.0, attributes={"model_name": "ears"}),
        point("lk.agents.usage.tts_characters", 30, attributes={"model_name": "voice"}),
    ]
    spans = [span("llm_request", attributes={"gen_ai.request.model": "mind", "gen_ai.usage.input_tokens": 1})]

    usage = built(*spans, told, *metrics).usage

    assert [(u.type, u.model, u.source) for u in usage] == [
        ("llm", "mind", "spans"),
        ("stt", "ears", "report"),
        ("tts", "voice", "metrics"),
    ]
    assert usage[1].figures == {"audio_duration_ms": 2000.0}


@pytest.mark.parametrize(
    "told",
    [
        report(usage=[{"type": "llm_usage", "model": "voice-1", "input_tokens": 900}]),
        header(
            session_summary={"usage": [{"type": "llm_usage", "model": "voice-1", "input_tokens": 900}]},
        ),
        point("lk.agents.usage.llm_input_tokens", 900, attributes={"model_name": "voice-1"}),
    ],
    ids=["report", "summary", "metrics"],
)
def test_tokens_of_a_realtime_model_count_once_though_the_sdk_books_them_as_an_llms(told):
    used = {"gen_ai.request.model": "voice-1", "gen_ai.usage.input_tokens": 900}

    usage = built(span("realtime_inference", attributes=used), told).usage

    assert [(each.type, each.figures["input_tokens"], each.source) for each in usage] == [
        ("realtime", 900.0, "spans")
    ]


def test_tags_with_metadata_come_from_records_of_their_own():
    plain = report(**{"session.tags": ["lk.success", "vip"]})
    told = log("tag", scope="evaluations", attributes={"tag": {"name": "vip", "metadata": {"since": 3}}})

    timeline = built(plain, told)

    assert [(tag.name, tag.metadata) for tag in timeline.tags] == [
        ("lk.success", None),
        ("vip", {"since": 3}),
    ]
    assert timeline.outcome.outcome == "success"


def test_judges_spans_tell_the_evaluations_when_logs_were_off():
    judged = span(
        "judge_evaluation",
        attributes={"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.label": "pass"},
    )

    assert [(e.name, e.verdict, e.tag) for e in built(judged).evaluations] == [
        ("tone", "pass", "lk.judge.tone:pass")
    ]
