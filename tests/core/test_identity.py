import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.identity import ARCHIVES, find_paper_ids, parse_paper_id, parse_version
from bot.errors import InvalidInput
from bot.render.phrases import called
from storage.naming import address_of

NEW = [("07", "04"), ("14", "12"), ("15", "01"), ("25", "03"), ("31", "12")]


@st.composite
def new_ids(draw: st.DrawFn) -> str:
    year, month = draw(st.integers(8, 90)), draw(st.integers(1, 12))
    digits = 4 if year < 15 else 5
    return f"{year:02}{month:02}.{draw(st.integers(0, 10**digits - 1)):0{digits}}"


@st.composite
def old_ids(draw: st.DrawFn) -> str:
    year, month = draw(st.sampled_from([*range(91, 100), *range(7)])), draw(st.integers(1, 12))
    return f"{draw(st.sampled_from(ARCHIVES.split()))}/{year:02}{month:02}{draw(st.integers(0, 999)):03}"


IDS = st.one_of(new_ids(), old_ids())
WRITTEN = [
    "{}", " {}\n", "<{}>", "arXiv:{}", "ARXIV: {}", "arxiv.org/abs/{}", "https://arxiv.org/abs/{}", "HTTP://ARXIV.ORG/ABS/{}",
    "https://www.arxiv.org/pdf/{}", "https://arxiv.org/pdf/{}.pdf", "https://export.arxiv.org/abs/{}?context=cs#top",
    "https://arxiv.org/html/{}/", "<https://arxiv.org/abs/{}>", "https://www.alphaxiv.org/abs/{}",
    "https://alphaxiv.org/overview/{}?chat=1", "https://huggingface.co/papers/{}", "https://hf.co/papers/{}",
    "10.48550/arXiv.{}", "doi:10.48550/arXiv.{}", "https://doi.org/10.48550/arXiv.{}", "https://dx.doi.org/10.48550/ARXIV.{}",
]  # fmt: skip


class TestOneNameForAPaper:
    @pytest.mark.parametrize("written", WRITTEN)
    @pytest.mark.parametrize(
        "paper_id", ["2503.01234", "2503.02130", "0704.0001", "1412.9999", "hep-th/9901001", "math/0309136"]
    )
    def test_whatever_it_came_as(self, written: str, paper_id: str) -> None:
        assert parse_paper_id(written.format(paper_id)) == paper_id

    @pytest.mark.parametrize("written", WRITTEN)
    @pytest.mark.parametrize("paper_id", ["2503.02130", "hep-th/9901001"])
    def test_a_version_is_kept_apart(self, written: str, paper_id: str) -> None:
        text = written.format(f"{paper_id}v12")
        assert parse_paper_id(text) == paper_id
        assert parse_version(text) == 12
        assert parse_version(written.format(paper_id)) is None

    @pytest.mark.parametrize(
        ("written", "paper_id"),
        [
            ("math.GT/0309136", "math/0309136"),
            ("arXiv:MATH.GT/0309136v3", "math/0309136"),
            ("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
            ("cond-mat.str-el/9912345", "cond-mat/9912345"),
            ("HEP-TH/9901001", "hep-th/9901001"),
            ("arXiv:2503.01234v2 [cs.CL]", "2503.01234"),
            ("[2503.01234]", "2503.01234"),
            ("https://arxiv.org/abs/hep-th%2F9901001", "hep-th/9901001"),
            ("https://arxiv.org/abs/2503.01234).", "2503.01234"),
            ("https://huggingface.co/api/papers/2503.01234", "2503.01234"),
        ],
    )
    def test_other_spellings(self, written: str, paper_id: str) -> None:
        assert parse_paper_id(written) == paper_id

    @pytest.mark.parametrize(
        ("written", "paper_id"),
        [
            ("10.1101/2025.03.14.643210", "10.1101/2025.03.14.643210"),
            ("doi:10.18653/V1/2024.ACL-Long.1", "10.18653/v1/2024.acl-long.1"),
            ("https://doi.org/10.1162/tacl_a_00449.", "10.1162/tacl_a_00449"),
            ("<https://dx.doi.org/10.1016%2FS0140-6736(20)30183-5>", "10.1016/s0140-6736(20)30183-5"),
            ("(10.1000/one(2))", "10.1000/one(2)"),
            ("https://www.biorxiv.org/content/10.1101/2025.03.14.643210v2.full.pdf", "10.1101/2025.03.14.643210"),
            ("https://medrxiv.org/content/10.1101/019281", "10.1101/019281"),
            ("https://aclanthology.org/2025.acl-long.12/", "10.18653/v1/2025.acl-long.12"),
            ("aclanthology.org/2025.findings-acl.3.pdf", "10.18653/v1/2025.findings-acl.3"),
            ("https://www.aclweb.org/anthology/P18-1024v2.pdf", "10.18653/v1/p18-1024"),
        ],
    )
    def test_beyond_arxiv_it_is_the_doi_in_small_letters(self, written: str, paper_id: str) -> None:
        assert parse_paper_id(written) == parse_paper_id(paper_id) == paper_id
        assert parse_version(written) is None

    @pytest.mark.parametrize("own", ["2025.acl-long.12", "P18-1024"])
    def test_a_paper_of_the_anthology_has_its_page_there_be_its_doi_registered_or_not(self, own: str) -> None:
        page = f"https://aclanthology.org/{own}"
        assert address_of(parse_paper_id(page)) == page
        assert called(parse_paper_id(page)) == f"ACL Anthology {own}"

    @given(IDS, st.sampled_from(WRITTEN), st.one_of(st.none(), st.integers(1, 99)))
    def test_any_id_in_any_spelling(self, paper_id: str, written: str, version: int | None) -> None:
        text = written.format(paper_id + (f"v{version}" if version else ""))
        assert (parse_paper_id(text), parse_version(text)) == (paper_id, version)

    @given(IDS)
    def test_a_canonical_id_stays_itself(self, paper_id: str) -> None:
        assert parse_paper_id(parse_paper_id(paper_id)) == paper_id

    @given(IDS)
    def test_a_number_at_the_end_never_loses_its_zero(self, paper_id: str) -> None:
        assert len(parse_paper_id(paper_id)) == len(paper_id)


class TestWhatNamesNoPaper:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("2503.0213", "did you mean 2503.02130?"),
            ("https://arxiv.org/abs/2503.0213", "A zero may have been lost"),
            ("2503.213", "did you mean 2503.21300?"),
            ("1412.12345", "4 digits follow the point, here are 5"),
            ("1501.1234", "5 digits follow the point, here are 4"),
            ("2513.01234", "there is no month 13"),
            ("2500.01234", "there is no month 00"),
            ("hep-th/9913001", "there is no month 13"),
            ("0703.1234", "April 2007"),
            ("hep-th/0704123", "after March 2007"),
            ("foo/9901001", "does not name a paper"),
            ("2503,01234", "2503.01234"),
            ("2503.01234v0", "does not name a paper"),
            ("٢٥٠٣.٠١٢٣٤", "does not name a paper"),
            ("https://example.org/abs/2503.01234", "not an address of arXiv"),
            ("https://arxiv.org@example.org/abs/2503.01234", "not an address of arXiv"),
            ("https://arxiv.org.example.org/abs/2503.01234", "not an address of arXiv"),
            ("http://[", "not an address of arXiv"),
            ("https://arxiv.org/list/cs.CL/recent", "does not name a paper"),
            ("10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O", "signs too rare"),
            (f"10.1101/{'9' * 51}", "too long"),
            ("10.48550/arXiv.2503.0213", "did you mean 2503.02130?"),
            ("https://www.biorxiv.org/content/early/recent", "not an address of arXiv"),
            ("attention is all you need", "does not name a paper"),
            ("", "No paper was named"),
            (" <> ", "does not name a paper"),
            ("9" * 5000, "too long"),
        ],
    )
    def test_it_is_refused_with_what_to_write_instead(self, text: str, says: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            parse_paper_id(text)
        assert says in str(refused.value)
        assert "2503.01234" in str(refused.value) or "did you mean" in str(refused.value)
        assert len(str(refused.value)) < 400

    @given(st.text(max_size=60))
    def test_no_input_does_anything_else(self, text: str) -> None:
        try:
            parse_paper_id(text)
        except InvalidInput:
            return


class TestMentionsInText:
    def test_they_are_found_in_order_and_once(self) -> None:
        found = find_paper_ids(
            "See 2503.01234v2, arXiv:2405.21060 (and https://arxiv.org/pdf/2401.00010.pdf); math.GT/0309136. "
            "Again: 10.48550/arXiv.2503.01234"
        )
        assert found == ("2503.01234", "2405.21060", "2401.00010", "math/0309136")

    @pytest.mark.parametrize(
        "text", ["3.1415", "1234.56789", "12503.01234", "2503.012345", "v2503.01234", "2503.0213", "and/or"]
    )
    def test_other_numbers_are_passed_over(self, text: str) -> None:
        assert find_paper_ids(f"so {text} it is") == ()

    @given(st.lists(IDS, max_size=4, unique=True), st.sampled_from([", ", " and ", "\n", ") ("]))
    def test_every_mention_is_found(self, ids: list[str], between: str) -> None:
        assert find_paper_ids(f"({between.join(ids)})") == tuple(ids)
