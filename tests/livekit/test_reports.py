from observability.livekit.reports import model_usage, session_report, session_summary
from tests.timeline.sessions import header, report


def test_usage_is_the_same_from_both_sdks():
    python = model_usage(
        [{"type": "tts_usage", "provider": "p", "model": "m", "characters_count": 9, "audio_duration": 1.5}]
    )
    node = model_usage(
        [{"type": "tts_usage", "provider": "p", "model": "m", "charactersCount": 9, "audioDurationMs": 1500}]
    )

    assert python == node
    assert python[0].figures == {"characters": 9.0, "audio_duration_ms": 1500.0}


def test_report_reads_both_sdks_timestamps_and_options():
    python = session_report(
        report(
            **{
                "session.report_timestamp": 1795336699.5,
                "session.options": {"recording_options": {"audio": False}},
            }
        )
    )
    node = session_report(
        report(
            **{
                "session.report_timestamp": 1795336699500,
                "session.options": {"recordingOptions": {"audio": False}},
            }
        )
    )

    assert python.reported_ns == node.reported_ns == 1_795_336_699_500_000_000
    assert python.recording_options == node.recording_options == {"audio": False}


def test_report_of_any_content_is_read():
    odd = session_report(
        report(**{"session.options": "<object>", "session.tags": None, "usage": [5, {}], "sdk_version": 7})
    )

    assert (odd.options, odd.tags, odd.usage, odd.sdk_version) == ({}, (), (), "")


def test_summary_is_none_where_the_header_has_none():
    assert session_summary(header()) is None
    assert session_summary(header(session_summary="nonsense")) is None
