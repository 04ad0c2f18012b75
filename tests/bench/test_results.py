"""What was measured survives being a file, and is not mixed with what is not alike."""

from pathlib import Path

from tests.bench.results import Measured, Peak, Results, Runs, continued, load, save

RESULTS = Results(
    {"processor": "an abacus"},
    {"kacap": "1.2"},
    {"close": Measured(10, 1, 1, 1_000, {"tcpdump": Runs([0.5], [0.25], 4_096)})},
    [Peak("pure", True, 10, 100, 1_000, 300, 4_096)],
)


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    save(RESULTS, tmp_path / "results.json")
    assert load(tmp_path / "results.json") == RESULTS


def test_other_parts_stay_on_the_same_machine_with_the_same_versions() -> None:
    assert continued(RESULTS, RESULTS.machine, RESULTS.versions) == RESULTS


def test_other_parts_go_when_something_is_different() -> None:
    newer = continued(RESULTS, RESULTS.machine, {"kacap": "1.3"})
    assert newer == Results(RESULTS.machine, {"kacap": "1.3"})
    elsewhere = continued(RESULTS, {"processor": "a slide rule"}, RESULTS.versions)
    assert elsewhere == Results({"processor": "a slide rule"}, RESULTS.versions)
