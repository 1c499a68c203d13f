"""The fields of a hash of metrics, read back."""

from whatsapp_tasks.stores.metrics import BUCKETS, parse


def test_counters_are_read_by_name_and_labels() -> None:
    readings = parse({"messages:status=sent": "3", "browser_starts:cause=crash,era=E2": "2", "plain:": "1"})
    assert readings.by("messages", "status") == {"sent": 3}
    assert readings.counters["browser_starts"] == {(("cause", "crash"), ("era", "E2")): 2}
    assert readings.counters["plain"] == {(): 1}


def test_a_histogram_is_cumulative_and_ends_with_all() -> None:
    histogram = parse(
        {
            "phase_bucket:phase=type,le=0.5": "2",
            "phase_bucket:phase=type,le=1": "1",
            "phase_bucket:phase=type,le=inf": "4",
            "phase_seconds:phase=type": "1234.5",
        }
    ).phases["type"]
    assert histogram.total_seconds == 1234.5
    pairs = dict(histogram.cumulative())
    assert (pairs["0.25"], pairs["0.5"], pairs["1.0"], pairs["86400.0"], pairs["+Inf"]) == (0, 2, 3, 3, 7)
    assert len(pairs) == len(BUCKETS) + 1


def test_what_a_newer_version_wrote_is_left_out() -> None:
    readings = parse({"odd:field": "1", "phase_bucket:phase=type": "1", "text:a=b": "hello"})
    assert "odd" not in readings.counters
    assert "text" not in readings.counters
    assert not readings.phases
