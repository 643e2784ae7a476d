"""Text as the worst source would send it."""

from hypothesis import strategies as st

HOSTILE = (
    "@everyone @here <@123456789012345678> <@!1> <@&2> <#3>",
    "</setup:123> <t:1700000000:R> <:e:1> <a:wave:2> <id:customize> :smile:",
    "[click](https://evil.example) ![x](y) <https://evil.example> https://evil.example/?a=b",
    "join discord.gg/abc or https://discord.com/invite/abc or DISCORD.GG/abc",
    "# big\n## less\n-# small\n> quote\n>>> block\n- list\n* list\n+ list\n1. one\n2) two",
    "```ansi\n\x1b[31mred\x1b[0m\n``` `code` ``code``",
    "**bold** __under__ *it* _it_ ~~gone~~ ||hidden|| ***all***",
    "\\*not\\* \\\\ \\",
    "\u202eright to left\u202c \u2067isolated\u2069 שלום עולם مرحبا",
    "z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪1️⃣",
    "深度学习在图像识别中的应用",
    "$\\mathcal{O}(n^2)$ and $a_b \\leq c^*$",
    "\x00\x07\u200b\ufeff\U000e0041",
    "](https://evil.example) )( [[[[",
)


def hostile_text(max_size: int = 80) -> st.SearchStrategy[str]:
    """Anything, attacks, and attacks glued to anything."""
    piece = st.one_of(
        st.sampled_from(HOSTILE),
        st.text(max_size=12),
        st.text("*_~|`<>[]()#-+>.:@/\\ \n19ax", max_size=12),
        st.sampled_from(["discord", ".gg", "@", "everyone", "https:", "//", "<@", "1>", "\n", "- ", "1", ". "]),
    )
    return st.lists(piece, max_size=6).map("".join).map(lambda text: text[:max_size])
