"""What an ingest and a round of deliveries tell whoever runs the bot."""

from dataclasses import replace
from datetime import timedelta

from bot.core.reports import SourceReport, TickReport
from bot.render.limits import measure
from bot.render.markdown import layout
from bot.render.post import Post
from bot.render.reports import brought, ingest_report, tick_report
from storage.records import DeliveryState
from tests.builders import make_delivery


def words(post: Post) -> str:
    return "\n".join(str(getattr(piece, "markdown", "")) for piece in layout(post))


REJECTS = ("item 3: no id", "item 9: no title")
A_LOOK = SourceReport(name="huggingface", fetched=50, new=40, updated=5, unchanged=3, rejected=2, rejects=REJECTS)


def test_a_look_is_one_line_whose_sum_holds() -> None:
    assert brought(A_LOOK) == "Hugging Face: 50 fetched = 40 new + 5 updated + 3 unchanged + 2 rejected"


def test_a_file_is_named_beside_its_source() -> None:
    report = SourceReport(name="huggingface:2025-03-14.json", fetched=1, new=1)
    assert brought(report).startswith("Hugging Face: 2025-03-14.json: 1 fetched")


def test_a_failed_look_says_why() -> None:
    assert (
        brought(SourceReport(name="huggingface", error="it did not answer"))
        == "Hugging Face: failed: it did not answer"
    )


def test_an_ingest_sums_up_its_looks_and_names_what_was_rejected_and_what_failed() -> None:
    failed = SourceReport(name="huggingface:b.json", error="b.json: not JSON")
    told = words(ingest_report([A_LOOK, failed, A_LOOK]))
    for part in ("100 fetched = 80 new", "4 papers could not be read", "no title", "1 look failed", "not JSON"):
        assert part in told


def test_an_ingest_of_very_many_broken_files_still_fits_one_message() -> None:
    failed = [SourceReport(name=f"huggingface:{n}.json", error="x" * 500, took=timedelta(seconds=1)) for n in range(99)]
    assert not measure(ingest_report(failed)).problems
    assert "and 89 more" in words(ingest_report(failed))


def test_a_round_without_anything_due_says_so() -> None:
    assert "Nothing was due" in words(tick_report(TickReport()))


def test_a_round_names_each_delivery_that_ended() -> None:
    sent = make_delivery("2503.00001", "2503.00002", state=DeliveryState.SENT)
    failed = make_delivery(state=DeliveryState.FAILED, problem="Discord refused it")
    told = words(tick_report(TickReport(planned=2, sent=(sent,), failed=(failed,))))
    for part in ("2 planned now; 1 sent", "2 papers: sent", "failed: Discord refused it"):
        assert part in told


def test_what_is_held_is_named_with_what_has_to_be_mended() -> None:
    due = make_delivery("2503.00001")
    held = replace(due, not_before=due.expires_at, problem="I may not write there")
    told = words(tick_report(TickReport(planned=1, held=(held,), waiting=2)))
    assert "0 failed, 1 on hold, 2 still waiting" in told
    assert "on hold until somebody mends it: I may not write there" in told
