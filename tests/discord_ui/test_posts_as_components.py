"""A post as Discord's components."""

from typing import Any

import discord
import pytest

from bot.discord_ui.components import custom_ids, layout
from bot.render.actions import ShowPaper, Why, encode
from bot.render.post import (
    Button,
    ButtonLook,
    Buttons,
    Divider,
    Heading,
    Listing,
    Menu,
    Paragraph,
    Post,
    Quote,
    Section,
    Span,
)
from storage.records import PaperId
from tests.builders import make_id

WHY = encode(Why("token-of-a-delivery"))


def components(*blocks: Any, accent: int | None = 0xE8590C) -> dict[str, Any]:
    [container] = layout(Post(blocks, accent=accent)).children
    return dict(container.to_component_dict())


async def test_a_post_is_one_container_with_its_colour() -> None:
    container = components(Paragraph((Span("Hello"),)))
    assert container["type"] == discord.ComponentType.container.value
    assert container["accent_color"] == 0xE8590C
    assert [child["content"] for child in container["components"]] == ["Hello"]


async def test_a_post_without_colour_has_none() -> None:
    assert components(Paragraph((Span("Hello"),)), accent=None)["accent_color"] is None


async def test_neighbouring_text_shares_one_component() -> None:
    container = components(
        Heading((Span("Papers"),)), Paragraph((Span("Two of them"),)), Listing(((Span("one"),), (Span("two"),)))
    )
    assert len(container["components"]) == 1


async def test_text_with_a_button_at_its_side_becomes_a_section() -> None:
    show = encode(ShowPaper(make_id(1)))
    [section] = components(Section((Paragraph((Span("A title"),)),), Button("Read", action=show)))["components"]
    assert section["type"] == discord.ComponentType.section.value
    assert section["accessory"]["custom_id"] == show
    assert section["components"][0]["content"] == "A title"


async def test_a_link_button_has_an_address_and_no_identifier() -> None:
    row = components(Buttons((Button("PDF", url="https://arxiv.org/pdf/2503.00001"),)))["components"][0]
    [button] = row["components"]
    assert button["url"] == "https://arxiv.org/pdf/2503.00001"
    assert button["style"] == discord.ButtonStyle.link.value
    assert "custom_id" not in button


@pytest.mark.parametrize(
    ("look", "style"),
    [
        (ButtonLook.PRIMARY, discord.ButtonStyle.primary),
        (ButtonLook.SECONDARY, discord.ButtonStyle.secondary),
        (ButtonLook.DANGER, discord.ButtonStyle.danger),
    ],
)
async def test_buttons_keep_their_look(look: ButtonLook, style: discord.ButtonStyle) -> None:
    row = components(Buttons((Button("Why?", action=WHY, look=look, disabled=True),)))["components"][0]
    assert row["components"][0]["style"] == style.value
    assert row["components"][0]["disabled"] is True


async def test_a_menu_is_a_row_of_its_own_and_names_its_choices() -> None:
    menu = Menu("Which one?", "pb:discuss", (("2503.00001", "The first"), ("2503.00002", "The second")))
    [row] = components(menu)["components"]
    [select] = row["components"]
    assert (select["type"], select["custom_id"], select["placeholder"]) == (3, "pb:discuss", "Which one?")
    assert [(one["label"], one["value"]) for one in select["options"]] == [
        ("The first", "2503.00001"),
        ("The second", "2503.00002"),
    ]
    assert list(custom_ids(layout(Post((menu,))).children)) == ["pb:discuss"]


async def test_a_divider_is_a_separator() -> None:
    kinds = [
        child["type"] for child in components(Paragraph((Span("a"),)), Divider(), Quote((Span("b"),)))["components"]
    ]
    assert kinds[1] == discord.ComponentType.separator.value


async def test_nothing_of_a_sent_view_stays_in_memory() -> None:
    assert layout(Post((Buttons((Button("Why?", action=WHY),)),))).is_finished()


async def test_text_from_outside_neither_pings_nor_links() -> None:
    [text] = components(Paragraph((Span("@everyone **bold** [click](https://evil.example)"),)))["components"]
    assert "@everyone" not in text["content"]
    assert "**bold**" not in text["content"]
    assert "](https://evil.example)" not in text["content"]


async def test_identifiers_are_found_in_sections_and_rows() -> None:
    show = encode(ShowPaper(PaperId("hep-th/9901001")))
    view = layout(
        Post(
            (
                Section((Paragraph((Span("A title"),)),), Button("Read", action=show)),
                Buttons((Button("Why?", action=WHY), Button("PDF", url="https://arxiv.org/pdf/2503.00001"))),
            )
        )
    )
    assert list(custom_ids(view.children)) == [show, WHY]
