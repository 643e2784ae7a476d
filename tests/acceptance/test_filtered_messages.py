"""What a filter of a server's does not let through: one card costs no other, and a digest is told of in the status."""

from storage.records import DeliveryState, Layout
from tests.acceptance.conftest import FRIDAY, SATURDAY, Scene, listed, moment
from tests.standins.discord import Answer

AT_EIGHT = moment(FRIDAY, 8)


async def test_a_filter_that_stops_one_card_stops_no_other(scene: Scene) -> None:
    await scene.add(layout=Layout.CARDS, limit=3)
    blocked = Answer(400, {"code": 200000, "message": "Message was blocked by automatic moderation"})
    scene.discord.script("POST", f"/channels/{scene.papers.id}/messages", blocked, times=3)
    await scene.until(AT_EIGHT)
    [sent] = await scene.ledger(scene.papers)
    assert sent.state is DeliveryState.SENT
    assert len(scene.posted(scene.papers)) == 2
    assert "AutoMod" in (sent.problem or "")
    await scene.until(moment(SATURDAY, 9))
    status = await scene.ada.slash(scene.talk, "status")
    assert "AutoMod blocked the message" in status.text


async def test_a_filter_that_stops_a_digest_is_in_the_status_and_the_next_day_goes_on(scene: Scene) -> None:
    scene.site.days[FRIDAY] = listed(FRIDAY, "Planning")
    await scene.add()
    blocked = Answer(400, {"code": 200000, "message": "Message was blocked by automatic moderation"})
    scene.discord.script("POST", f"/channels/{scene.papers.id}/messages", blocked, times=3)
    await scene.until(AT_EIGHT)
    [failed] = await scene.ledger(scene.papers)
    assert failed.state is DeliveryState.FAILED
    assert "failed (This server's AutoMod blocked the message." in (await scene.ada.slash(scene.talk, "status")).text
    await scene.until(moment(SATURDAY, 9))
    assert len(scene.posted(scene.papers)) == 1
