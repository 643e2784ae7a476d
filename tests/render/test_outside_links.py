"""An address from outside shows where it leads, or is not shown."""

import pytest
from hypothesis import given

from bot.render.links import outside
from bot.render.markdown import safe_address
from tests.render.hostile import hostile_text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://github.com/a/b", "github.com"),
        ("HTTPS://WWW.Example.ORG/x", "example.org"),
        ("https://gíthub.com/a", "xn--gthub-zsa.com"),
        (
            "https://an-exceedingly-long-name-of-a-group.of-a-lab.university.example/",
            "…roup.of-a-lab.university.example",
        ),
    ],
)
def test_an_ordinary_address_shows_its_host(url: str, host: str) -> None:
    link = outside(url)
    assert link is not None
    assert link.host.endswith(host.removeprefix("…"))
    assert len(link.host) <= 40


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "ftp://a.example",
        "//a.example",
        "https://github.com@evil.example/",
        "https://evil.example:8443/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://0x7f000001/",
        "https://a..example/",
        "https://a.example/with space",
        "https://a.example/\u202egpj.exe",
        "https://a.example/" + "x" * 500,
        "https://[broken",
    ],
)
def test_a_doubtful_address_is_no_link(url: str | None) -> None:
    assert outside(url) is None


@given(hostile_text())
def test_whatever_comes_is_a_safe_link_or_none(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.example/{text}"):
        link = outside(url)
        if link is not None:
            assert link.url == safe_address(link.url)
            assert not set(link.url) & set(" ()<>[]\n`")
            assert len(link.url) <= 512
