"""Papers that are over every limit at once, in each layout: taken at the first try, and nobody sees the trouble."""

from typing import Any

import pytest

from storage.records import DeliveryState, Layout, Settle
from tests.acceptance.conftest import FRIDAY, Scene, moment
from tests.render.hostile import DEAREST
from tests.standins.discord import ChannelKind, Permission
from tests.standins.hugging_face import Item, make_item

CJK, FAMILY = "深度学习在图像识别中", "👩‍👩‍👧‍👦"
ADDRESS = "https://github.com/" + "a" * 90 + "/" + "b" * 100
LAYOUTS: dict[str, dict[str, Any]] = {
    "digest": {"layout": Layout.DIGEST},
    "completed": {"layout": Layout.DIGEST, "settle": Settle.COMPLETED, "limit": 7},
    "threads": {"layout": Layout.THREADS},
    "cards": {"layout": Layout.CARDS},
    "forum": {"layout": Layout.FORUM},
}


def monstrous(number: int, sign: str) -> Item:
    """A title of 300, 664 authors, an abstract of 7,000, and all else as long, made of one sign."""

    def long(size: int) -> str:
        return (sign * size)[:size]

    return make_item(
        number,
        day=FRIDAY,
        upvotes=99_999_000 + number,
        title=long(300),
        summary=long(7_000),
        ai_summary=long(5_000),
        ai_keywords=[long(60)] * 30,
        authors=[{"name": long(30)} for _ in range(664)],
        organization={"name": long(100), "fullname": long(100)},
        githubRepo=ADDRESS,
        projectPage="https://" + "p" * 200 + ".example/" + "q" * 200,
        githubStars=99_999_999,
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "sign", ["深度学习在图像识别中", "👩‍👩‍👧‍👦", None], ids=["CJK", "families", "each the dearest"]
)
async def test_it_is_taken_at_the_first_try(scene: Scene, layout: str, sign: str | None) -> None:
    signs = [sign] * 10 if sign else DEAREST[:10]
    scene.site.days = {FRIDAY: [monstrous(number, one) for number, one in enumerate(signs, 1)]}
    world = scene.discord.world
    if layout == "forum":
        scene.papers = world.add_channel(scene.guild, "forum", kind=ChannelKind.FORUM)
    role = world.add_role(scene.guild, "readers", Permission(0))
    role.mentionable = True
    scene.may_ping.add(f"<@&{role.id}>")
    await scene.heard()
    await scene.add(**{"role_id": role.id, "query": None, **LAYOUTS[layout]})
    scene.jump(moment(FRIDAY, 8))
    await scene.beat()
    if layout == "completed":
        scene.site.days[FRIDAY].insert(0, monstrous(11, signs[0]))
        await scene.until(moment(FRIDAY, 22))
        [edited] = scene.posted(scene.papers)
        assert edited.edited_at is not None
    [sent] = await scene.ledger(scene.papers)
    assert (sent.state, sent.attempts, sent.problem) == (DeliveryState.SENT, 1, None)
    assert len(scene.posted(scene.papers)) == len(sent.messages)
    refused = [one for one in scene.discord.requests if one.status is not None and 400 <= one.status < 500]
    assert refused == []
