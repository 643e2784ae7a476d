import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage import words
from storage.words import analyse, fold, spans, stem

ODD = "ßİıﬁÅøŁæ½ﷺが機械한नेटवर्क\u0301\u0308\u00ad\u200d\ufe0f🔥👩‍🔬αΣς𝐀²©™ـشَ'’‐–—-_./&\\{}\"`^~=+#"
texts = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(ODD + string.ascii_letters + " ")), max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BERT", "bert"),
        ("naïve", "naive"),
        ("nai\u0308ve", "naive"),
        ("Łukasz", "lukasz"),
        ("Ångström", "Angstrom"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("ﬁne", "fine"),
        ("𝐀ttention", "attention"),
        ("learn\u00ading", "learning"),
        ("ＧＰＴ", "gpt"),
        ("شَبَكَة", "شبكة"),
        ("ΑΣ", "ας"),
        ("β", "beta"),
        (r"Poincar\'e", "Poincaré"),
        (r"Schr\"odinger", "Schrödinger"),
        (r"Erd\H{o}s", "Erdős"),
        (r"G{\"o}del", "Gödel"),
    ],
)
def test_spellings_that_a_reader_takes_for_the_same_are_the_same_word(one: str, other: str) -> None:
    assert analyse(one).exact == analyse(other).exact
    assert len(analyse(one).exact) == 1


@pytest.mark.parametrize(
    ("text", "parts", "joined"),
    [
        ("fine-tuning", ("fine", "tuning"), ("finetuning",)),
        ("state-of-the-art", ("state", "of", "the", "art"), ("stateoftheart",)),
        ("Navier–Stokes", ("navier", "stokes"), ("navierstokes",)),
        ("Navier--Stokes", ("navier", "stokes"), ("navierstokes",)),
        ("GPT-3.5", ("gpt", "3", "5"), ("gpt35",)),
        ("O'Neill", ("o", "neill"), ("oneill",)),
        ("TCP/IP", ("tcp", "ip"), ("tcpip",)),
        (r"$\beta$-VAE", ("beta", "vae"), ()),
        ("$k$-means", ("k", "means"), ()),
        ("C++", ("c++",), ()),
        ("C++17", ("c++", "17"), ()),
        ("C#,", ("c#",), ()),
        ("C/C++", ("c", "c++"), ("cc++",)),
        ("3D", ("3d",), ()),
        ("(LLMs),", ("llms",), ()),
        ("机器学习", ("机", "器", "学", "习"), ()),
        ("BERT模型", ("bert", "模", "型"), ()),
        ("한국어 모델", ("한국어", "모델"), ()),
        ("🔥🦜", ("🔥", "🦜"), ()),
        ("well — and -- so", ("well", "and", "so"), ()),
        ("... — & *", (), ()),
        ("", (), ()),
    ],
)
def test_a_text_is_cut_into_words_and_what_hangs_together_is_one_word_too(
    text: str, parts: tuple[str, ...], joined: tuple[str, ...]
) -> None:
    found = analyse(text)
    assert (found.exact, found.joined) == (parts, joined)


@pytest.mark.parametrize(
    "forms",
    [
        ("model", "models", "modeling", "modelling"),
        ("optimize", "optimizes", "optimizing", "optimization"),
        ("network", "networks"),
        ("LLM", "LLMs"),
        ("GPU", "GPUs"),
        ("GAN", "GANs"),
        ("LM", "LMs"),
        ("analysis", "analyses"),
        ("matrix", "matrices"),
        ("fine-tune", "fine-tuning", "fine-tuned"),
    ],
)
def test_forms_of_one_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({(analyse(form).stems, analyse(form).joined_stems) for form in forms}) == 1


@pytest.mark.parametrize("word", ["bert", "3d", "c++", "ss", "css", "is", "gpt4", "机", "loss", "les"])
def test_what_is_no_form_of_an_english_word_is_not_stemmed(word: str) -> None:
    assert stem(word) == word


@given(texts)
@example("x½")
@example("\u0640")
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    for word in analyse(text).exact:
        assert fold(word) == word


@given(texts)
def test_no_word_is_empty_or_holds_what_separates_words(text: str) -> None:
    found = analyse(text)
    for word in (*found.exact, *found.stems, *found.joined, *found.joined_stems):
        assert word
        assert not any(sign.isspace() or sign in "|_*\"'" for sign in word)
        assert len(word) <= words.LONGEST_WORD


@given(texts)
def test_the_places_of_words_are_those_of_the_words(text: str) -> None:
    placed = list(spans(text))
    assert tuple(span.exact for span in placed) == analyse(text).exact
    assert tuple(span.stem for span in placed) == analyse(text).stems
    ends = [0, *(span.end for span in placed)]
    assert all(before <= span.start < span.end <= len(text) for before, span in zip(ends, placed, strict=False))
    assert {span.joined for span in placed} - {None} == set(analyse(text).joined)


@given(st.text(alphabet=string.printable.replace("\\", ""), max_size=60))
def test_the_short_way_for_plain_text_cuts_as_the_long_way(text: str) -> None:
    for short, long in ((words._PLAIN_CLUSTER, words._CLUSTER), (words._PLAIN_PART, words._PART)):
        assert [found.span() for found in short.finditer(text)] == [found.span() for found in long.finditer(text)]
    several = [found.group() for found in words._CLUSTER.finditer(text) if len(words._PART.findall(found.group())) > 1]
    assert words._PLAIN_JOINED.findall(text) == several


@given(st.text(alphabet=string.printable, max_size=200))
@example("c++ and C/C++, f(x)=x_1-2 a--b it's\nfine-tuned\tx.y -z- \\alpha-\\beta Poincar\\'e " + "x" * 100)
def test_plain_text_is_read_as_its_chunks_are(text: str) -> None:
    chunks = [words._read(chunk) for chunk in text.split()]
    found = analyse(text)
    for name in ("exact", "stems", "joined", "joined_stems"):
        assert getattr(found, name) == tuple(word for chunk in chunks for word in getattr(chunk, name))


def test_clusters_keep_together_what_hangs_together() -> None:
    assert list(words.clusters("Jean-Pierre Serre")) == [("jean", "pierre"), ("serre",)]


SUFFIXES = (
    "", "s", "es", "ies", "ied", "ing", "ying", "ed", "edly", "ly", "ally", "ness", "fulness", "ousness",
    "iveness", "ational", "tional", "ation", "ator", "ization", "izer", "alism", "aliti", "ality", "ability",
    "ibility", "ously", "ology", "ogies", "ence", "ency", "ancies", "icate", "icity", "ical", "ement", "able",
    "ible", "y", "ys", "'s", "sses", "eed", "eedly",
)  # fmt: skip


@given(st.text(alphabet=string.ascii_lowercase, max_size=8), st.sampled_from(SUFFIXES))
@example("d", "ying")
@example("sk", "ies")
@example("indic", "es")
@example("hypothes", "es")
@example("llm", "s")
def test_every_form_of_a_word_begins_as_its_stem_says(word: str, suffix: str) -> None:
    for exact in analyse(word + suffix).exact:
        assert exact.startswith(words.beginning(words.stem(exact)))


@pytest.mark.parametrize("irregular", words._IRREGULAR)
def test_an_irregular_plural_begins_as_its_stem_says(irregular: str) -> None:
    assert irregular.startswith(words.beginning(words.stem(irregular)))


@given(st.text(alphabet=string.printable, max_size=200))
@example("Fine-tuned C++, GPT-3.5 and O'Neill's a--b x_1")
def test_every_word_of_a_plain_text_is_a_piece_of_it_squeezed(text: str) -> None:
    squeezed = words.squeezed(text)
    if squeezed is not None:
        found = analyse(text)
        assert all(word in squeezed for word in (*found.exact, *found.joined))


@given(st.text(alphabet=string.printable + "é", max_size=200))
@example("Fine-tuned C++, GPT-3.5 and O'Neill's a--b x_1")
def test_the_likely_places_are_places_of_words_and_hold_every_word_that_is_looked_for(text: str) -> None:
    text = " ".join(text.split())
    placed = list(spans(text))
    for wanted in placed:
        likely = list(words.likely_spans(text, [wanted.exact]))
        assert [span for span in placed if span in likely] == likely
        assert {span for span in placed if wanted.exact in {span.exact, span.joined}} <= {*likely}


def test_what_has_to_be_folded_is_not_squeezed() -> None:
    assert words.squeezed("Schrödinger") is None
    assert words.squeezed('Schr\\"odinger') is None
