"""The chip catalogue sees only what was known by a date, and every figure has a source."""

from datetime import date

import pytest

from jevons.errors import UserError
from jevons.model.chip import chip, chip_figures, chip_names
from jevons.model.efficiency import cost


def test_datasheet_figures() -> None:
    h100 = chip("h100 sxm")
    assert h100.value("memory") == 80
    assert h100.rate("fp8") == pytest.approx(1979e12)
    assert chip("NVIDIA B200").rate("fp4") == pytest.approx(9000e12)


def test_every_figure_is_sourced_and_dated() -> None:
    for name in chip_names():
        for figure in chip_figures()[name]:
            assert figure.source_title
            assert "from memory" not in figure.note
            if figure.low is not None and figure.high is not None:
                assert figure.low <= figure.value <= figure.high


def test_prices_are_those_known_by_the_date() -> None:
    assert chip("H100", date(2025, 3, 11)).value("hourly_price") == 2.99
    assert chip("H100", date(2025, 9, 1)).value("hourly_price") == 2.3
    assert chip("H100", date(2026, 4, 2)).value("hourly_price") == 2.35
    assert chip("H100", date(2025, 3, 11)).value("it_power") is None  # known in 2026 only


def test_chips_not_yet_on_sale_are_refused() -> None:
    with pytest.raises(UserError, match="B300 was not on sale on 2025-03-11"):
        chip("B300", date(2025, 3, 11))
    with pytest.raises(UserError, match="Rubin was not on sale on 2026-02-01"):
        chip("Rubin", date(2026, 2, 1))


def test_unknown_names_and_missing_figures() -> None:
    with pytest.raises(UserError, match="unknown chip 'H10'; did you mean"):
        chip("H10")
    with pytest.raises(UserError, match="A100 has no fp8 rate; it has bf16, int8"):
        chip("A100").rate("fp8")
    with pytest.raises(UserError, match="Trainium1: no sourced figure for intranode"):
        chip("Trainium1").needed("intranode", "more than one chip")


def test_weights_are_served_in_what_the_chip_multiplies() -> None:
    shown = {
        name: chip(name).serving_precision for name in ("H100", "A100", "Ascend 910C", "Rubin")
    }
    assert shown == {"H100": "fp8", "A100": "bf16", "Ascend 910C": "bf16", "Rubin": "fp4"}
    assert cost("llama-3.1-8b", "A100", draws=10)["setup"]["precision"] == "bf16"


def test_ascend_is_known_from_the_day_of_its_figures() -> None:
    ascend = chip("ascend 910c")
    assert (ascend.value("memory"), ascend.value("domain")) == (128, 384)
    assert chip("Ascend 910C", date(2025, 3, 13)).value("intranode") is None  # paper of June 2025
