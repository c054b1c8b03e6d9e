"""What may be changed: which inputs have sliders, in which group, over which range."""

from collections.abc import Mapping

from jevons.app.answers import Controls, InputRange, ScenarioTexts, Shock
from jevons.app.engine import PARTS, Engine
from jevons.app.question import FILE, Question
from jevons.app.texts import Language, label, words
from jevons.model.shocks import Shocks
from jevons.note.numbers import Numbers
from jevons.note.theme import CONFIG
from jevons.note.words import Words
from jevons.study.scenario import bundled, find, parse

# Inputs with a slider: the drivers that matter most, in the order of the chain.
SLIDERS: Mapping[str, tuple[str, ...]] = {
    "demand": (
        "elasticity", "adjustment_half_life", "software_efficiency_growth",
        "tokens_per_answer_ratio", "spend_share_ceiling",
    ),
    "supply": ("orders_over_deliveries", "lead_time_chips", "capex_intensity_limit"),
    "power": ("realisation_factor", "grid_access"),
    "discount": ("risk_free_rate", "equity_risk_premium"),
}  # fmt: skip

# How a slider writes an input where its own unit reads badly: the word, and the factor to it.
WRITTEN: Mapping[str, tuple[str, float]] = {
    "adjustment_half_life": ("years", 1.0),
    "lead_time_chips": ("years", 1.0),
    "software_efficiency_growth": ("times", 1.0),
    "tokens_per_answer_ratio": ("times", 1.0),
    "spend_share_ceiling": ("percent", 100.0),
    "capex_intensity_limit": ("percent", 100.0),
    "realisation_factor": ("percent", 100.0),
    "risk_free_rate": ("percent_a_year", 100.0),
    "equity_risk_premium": ("percent_a_year", 100.0),
}


def controls_of(engine: Engine, asked: Question, lang: Language) -> Controls:
    """Sliders, shocks, scenarios and words as a question's scenarios have them.

    Raises:
        UserError: the question's scenarios do not fit the chain.
    """
    named = Question(asked.as_of, asked.seed, asked.draws, asked.scenarios, asked.files)
    inputs = engine.ask(named, lambda study: study.inputs)
    scale, said = Numbers(Words(lang)).scale, words(lang)

    def written(name: str) -> dict[str, object]:
        """The unit as it stands beside a number, and the factor to it."""
        if name in WRITTEN:
            word, factor = WRITTEN[name]
            return {"unit": said[word], "factor": factor}
        return {"unit": scale(str(inputs[name]["unit"]), 1.0, table=True).label, "factor": 1.0}

    factors = {name: factor for each in named.applied() for name, factor in each.factors.items()}
    keys = ("distribution", "p05", "p50", "p95", "source")
    return Controls(
        first_day=engine.store.first_known_on.isoformat(),
        last_day=engine.latest.isoformat(),
        parts=list(PARTS),
        inputs=[
            InputRange.model_validate(
                {"name": name, "group": group, "label": label(name, lang)}
                | {key: inputs[name][key] for key in keys}
                | written(name)
            )
            for group, names in SLIDERS.items()
            for name in names
        ],
        shocks=[
            Shock(
                name=name,
                label=said[f"shock.{name}"],
                about=said["shock.about"].format(what=said[f"shock.what.{name}"]),
                factor=factors.get(name, 1.0),
            )
            for name in Shocks._fields
        ],
        scenarios=[
            ScenarioTexts(
                name=name,
                title=texts["name_zh" if lang == "zh" else "name"],
                about=texts["about_zh" if lang == "zh" else "about"],
            )
            for name in bundled()
            for texts in (find(name).texts,)
        ],
        files=[parse(text, FILE, FILE).texts["name"] for text in asked.files],
        chart_config=CONFIG,
        words=said,
    )
