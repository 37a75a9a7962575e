"""Markdown, terms and figures in a text; sentences that depend on results; the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lesson_lab import TINY

from explorer.errors import LessonError
from explorer.graph import lower
from explorer.lessons import claims, library, prose
from explorer.lessons.glossary import glossary
from explorer.lessons.results import Results, Run, figure, mean_curve, relus_on_main_line
from explorer.lessons.table import as_text, table
from explorer.spec.presets import preset

if TYPE_CHECKING:
    from explorer.lessons.experiment import Experiment
    from explorer.lessons.lesson import Claim

Add = Callable[..., Path]


def results(**errors: tuple[float, ...]) -> Results:
    runs = [
        Run(arm=arm, seed=seed, test_error=(0.9, error), train_error=(0.9, error))
        for arm, found in errors.items()
        for seed, error in enumerate(found)
    ]
    return Results(runs=tuple(runs), num_train=100, num_test=20, epochs=2)


def test_markdown_becomes_html_and_html_stays_text() -> None:
    found = prose.html("A **b** *c* `d` <script>x</script>\nsecond\n\n* one\n* two\n\nend")
    assert found == (
        "<p>A <b>b</b> <i>c</i> <code>d</code> &lt;script&gt;x&lt;/script&gt; second</p>"
        "<ul><li>one</li><li>two</li></ul><p>end</p>"
    )


def test_links_lead_to_web_pages_only() -> None:
    assert 'href="https://example.org"' in prose.html("[a](https://example.org)")
    assert "href" not in prose.html("[a](javascript:alert)")


def test_terms_are_hinted_and_unknown_ones_are_words() -> None:
    found = prose.html("[[shortcut|short cuts]] and [[nothing]]", {"shortcut": 'a "way"'}.get)
    assert found == (
        '<p><span class="rx-hint" title="a &quot;way&quot;">short cuts</span> and nothing</p>'
    )
    assert prose.terms("[[a]] [[b|c]]") == ("a", "b")
    assert prose.plain("[[a]] [[b|c]] d") == "a c d"


def test_figures_are_filled_in() -> None:
    assert prose.filled("{e.a.params} of {e.b.macs} {gap}", lambda *at: "/".join(at)) == (
        "e/a/params of e/b/macs {gap}"
    )


@pytest.mark.parametrize(
    ("plain", "residual", "said"),
    [
        ((0.5,), (0.2,), "plain is worse by 30.0 points"),
        ((0.9, 0.7), (0.1, 0.2), "plain is worse by 65.0 points"),
        ((0.2,), (0.6,), "no gap: 20.0 % and 60.0 %"),
        ((0.2,), (), ""),
        (
            (0.5,),
            (0.3,),
            (
                "too small to tell at 20 images: plain 50.0 %, residual 30.0 % (Held-out error). "
                "Chance alone can make a difference of 30.3 points."
            ),
        ),
    ],
)
def test_a_claim_says_what_came_out(
    add_lesson: Add, plain: tuple[float, ...], residual: tuple[float, ...], said: str
) -> None:
    add_lesson()
    claim, experiment = claim_of_tiny()
    assert claims.sentence(claim, experiment, results(plain=plain, residual=residual)) == said


def claim_of_tiny() -> tuple[Claim, Experiment]:
    lesson = library.find("tiny")
    reveal = lesson.steps[0].reveal
    assert reveal is not None
    return reveal.claims[0], lesson.experiments[0]


@pytest.mark.parametrize(
    ("images", "plain", "residual", "outcome"),
    [
        # Two standard errors of the difference of two shares of about a half: 2 sqrt(0.5 / n).
        (600, (0.542,), (0.522,), "unclear"),
        (6000, (0.542,), (0.522,), "holds"),
        (6000, (0.522,), (0.542,), "reversed"),
        (600, (0.5,), (0.5,), "unclear"),
        # Clear, but less than the margin of the claim.
        (1_000_000, (0.505,), (0.5,), "fails"),
        # Images without number, but seeds that differ by more than the networks.
        (1_000_000, (0.5, 0.3), (0.2, 0.4), "unclear"),
        (1_000_000, (0.41, 0.39), (0.31, 0.29), "holds"),
        # Nothing is known about chance: the margin decides.
        (0, (0.542,), (0.522,), "holds"),
        (0, (0.51,), (0.505,), "fails"),
    ],
)
def test_a_difference_counts_from_two_standard_errors(
    add_lesson: Add,
    images: int,
    plain: tuple[float, ...],
    residual: tuple[float, ...],
    outcome: str,
) -> None:
    add_lesson()
    claim, experiment = claim_of_tiny()
    runs = results(plain=plain, residual=residual).model_copy(update={"num_test": images})
    found = claims.found(claim, experiment, runs)
    assert found is not None
    assert found.outcome == outcome


def test_the_standard_error_is_that_of_two_proportions(add_lesson: Add) -> None:
    add_lesson()
    claim, experiment = claim_of_tiny()
    runs = results(plain=(0.5,), residual=(0.2,)).model_copy(update={"num_test": 400})
    found = claims.found(claim, experiment, runs)
    assert found is not None
    # Each error alone: 0.025 and 0.02.
    assert found.least == pytest.approx(2 * (0.025**2 + 0.02**2) ** 0.5)


def test_the_other_way_round_has_a_sentence_of_its_own(add_lesson: Add) -> None:
    add_lesson(TINY + 'reversed = "residual is worse by {gap}"\n')
    claim, experiment = claim_of_tiny()
    runs = results(plain=(0.1,), residual=(0.8,))
    assert claims.sentence(claim, experiment, runs) == "residual is worse by 70.0 points"


def test_the_table_stands_beside_the_papers(add_lesson: Add) -> None:
    add_lesson()
    experiment = library.find("tiny").experiments[0]
    ours, yours = results(plain=(0.5, 0.3), residual=(0.2,)), results(plain=(0.1,))
    shown = table(experiment, ours, yours)
    assert shown.rows == ("plain", "residual")
    assert [(c.origin, c.title) for c in shown.columns] == [
        ("network", "Parameters"),
        ("ours", "Held-out error"),
        ("yours", "Held-out error"),
        ("paper", "Error [%]"),
    ]
    assert shown.columns[1].cells == ("40.0 ± 14.1 %", "20.0 %")
    assert shown.columns[2].cells == ("10.0 %", "–")
    assert shown.columns[3].cells == ("–", "8.75")
    lines = as_text(shown).splitlines()
    assert lines[-1] == "paper: Nobody 2026, Table 1"
    assert lines[-2].split() == ["residual", "5,006", "20.0", "%", "–", "8.75"]


def test_figures_of_networks_and_of_runs(add_lesson: Add) -> None:
    add_lesson()
    experiment = library.find("tiny").experiments[0]
    found = results(residual=(0.2, 0.4))
    assert figure(experiment, found, "residual", "test_error") == pytest.approx(0.3)
    assert figure(experiment, found, "residual", "best_error") == pytest.approx(0.3)
    assert figure(experiment, found, "plain", "test_error") is None
    assert figure(experiment, None, "residual", "num_paths") == 8
    assert figure(experiment, None, "plain", "num_paths") == 1
    assert mean_curve(found.of("residual"), "test_error") == pytest.approx((0.9, 0.3))


@pytest.mark.parametrize(
    ("name", "number"), [("resnet50", 16), ("iresnet50", 4), ("resnet110", 54), ("plain20", 18)]
)
def test_relus_on_the_main_line(name: str, number: int) -> None:
    assert relus_on_main_line(lower(preset(name))) == number


def test_the_glossary_in_another_language_takes_the_rest_from_english(tmp_path: Path) -> None:
    (tmp_path / "glossary.en.toml").write_text(
        '[a]\ntitle = "A"\nsentence = "One."\n[b]\ntitle = "B"\nsentence = "Two."\n'
    )
    (tmp_path / "glossary.zh.toml").write_text('[a]\ntitle = "甲"\nsentence = "一。"\n')
    found = glossary("zh", tmp_path)
    assert [found[name].title for name in "ab"] == ["甲", "B"]
    (tmp_path / "glossary.zh.toml").write_text('[a]\ntitle = "甲"\n')
    with pytest.raises(LessonError, match=r"glossary.zh.toml: a, sentence: Field required."):
        glossary("zh", tmp_path)


def test_every_term_of_the_glossary_has_a_sentence_that_ends() -> None:
    for term in glossary().values():
        assert term.sentence.endswith(".")
        assert term.sentence.count(". ") <= 1
