from observability.livekit.sdk import Sdk, language_of, sdk_of
from tests.captured import RUNS
from tests.timeline.sessions import batches_of, header, log, report, span


def test_every_captured_otlp_record_tells_its_sdk():
    told = {
        (run.partition("/")[0], language_of(r))
        for run in RUNS
        for b in batches_of(run)
        for r in b
        if "resource" in r
    }

    assert told == {("python", "python"), ("node", "node")}


def test_a_record_whose_resource_says_nothing_takes_the_default():
    record = span("llm_node", resource={})

    assert (language_of(record), language_of(record, "node")) == ("", "node")


def test_language_never_comes_from_a_value_of_a_wrong_type():
    assert (
        language_of(span("llm_node", resource={"attributes": {"telemetry.sdk.language": ["python"]}})) == ""
    )


def test_version_comes_from_the_report_or_the_summary():
    assert sdk_of([span("x"), report(sdk_version="1.8.9")]) == Sdk("python", "1.8.9")
    assert sdk_of([header(session_summary='{"sdk_version": "1.8.9"}')]) == Sdk("", "1.8.9")
    assert sdk_of([log("line")]) == Sdk("python", "")
