"""Prices have fallen. Is this a moment to buy in steps while they fall?

Open it with ``marimo edit notebooks/ladders.py``; every number is computed from dated facts.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Ladders")


@app.cell
def imports():
    import marimo as mo

    import jevons as jv

    return jv, mo


@app.cell
def settings():
    day = "2025-03-11"
    draws = 4_096
    return day, draws


@app.cell
def answer(day, draws, jv, mo):
    study = jv.as_of(day, draws=draws)
    ladders = study.ladders()
    open_gates = [row["ticker"] for row in ladders if row["gate"]]
    mo.md(
        f"""
        # Prices have fallen. Is this a moment to buy in steps while they fall?

        As of {day}, **{len(open_gates)} of {len(ladders)} gates are open**
        {f"({', '.join(open_gates)})" if open_gates else ""}. A gate is open where a share is worth
        more than its price in most draws. Whether buying in steps has paid is a question for
        daily prices: give yours with `jv.as_of(day, prices=jv.read_prices("prices.csv"))`.
        """
    )
    return ladders, open_gates, study


@app.cell
def table(ladders, mo):
    verdicts = [
        {
            "ticker": row["ticker"],
            "gate": "open" if row["gate"] else "shut",
            "verdict": row["verdict"],
            "first step, USD": row["rungs"][0]["level_usd"],
            "P(reached)": row["rungs"][0]["fill_probability"],
            "why": row["why"].partition(";")[0],
        }
        for row in ladders
    ]
    mo.ui.table(
        verdicts,
        selection=None,
        format_mapping={
            "first step, USD": "{:,.2f}".format,
            "P(reached)": "{:.0%}".format,
        },
        wrapped_columns=["why"],
    )
    return (verdicts,)


@app.cell
def fallen(mo, study):
    mo.ui.table(
        [
            {"ticker": row["ticker"], "price": row["price"], "below its high": row["drawdown"]}
            for row in study.drawdown()
        ],
        selection=None,
        format_mapping={
            "price": lambda value: f"{value:,.2f}" if value else "-",
            "below its high": lambda value: "-" if value is None else f"{value:.0%}",
        },
    )


@app.cell
def rule(ladders, mo):
    mo.md(f"The rule of the first, as `jevons ladder run` reads it: `{ladders[0]['rule']}`")


if __name__ == "__main__":
    app.run()
