"""Whose revenue is that, and what is each share worth?

Open it with ``marimo edit notebooks/shares.py``; every number is computed from dated facts.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Shares")


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
def question(mo):
    rate = mo.ui.slider(
        0.02, 0.08, step=0.001, value=0.043, show_value=True, label="Risk-free rate (median)"
    )
    mo.vstack(
        [
            mo.md(
                """
                # Whose revenue is that, and what is each share worth?

                And which build-out does today's price already imply? Not investment advice.
                """
            ),
            rate,
        ]
    )
    return (rate,)


@app.cell
def answer(day, draws, jv, mo, rate):
    study = jv.as_of(day, draws=draws, moves={"risk_free_rate": rate.value})
    valued = [row for row in study.values() if row["fair_value"] and row["price"]]
    cheap = [row["ticker"] for row in valued if row["p_above_price"] > 0.5]
    named = f": {', '.join(cheap)}" if cheap else ""
    mo.md(
        f"""
        As of {day}, with a risk-free rate of {rate.value:.2%}, **{len(cheap)} of {len(valued)}
        shares** are worth more than their price in most draws{named}.
        """
    )
    return cheap, study, valued


@app.cell
def table(mo, study, valued):
    implied = {row["ticker"]: row for row in study.side_by_side()["companies"]}
    worth = [
        {
            "ticker": row["ticker"],
            "price": row["price"],
            "fair value, median": row["fair_value"]["p50"],
            "5 %": row["fair_value"]["p05"],
            "95 %": row["fair_value"]["p95"],
            "P(value > price)": row["p_above_price"],
            "AI capex 2028 in the price, USD bn": implied[row["ticker"]]["implied"],
        }
        for row in valued
    ]
    money = ("price", "fair value, median", "5 %", "95 %")
    mo.ui.table(
        worth,
        selection=None,
        format_mapping=dict.fromkeys(money, "{:,.2f}".format)
        | {
            "P(value > price)": "{:.0%}".format,
            "AI capex 2028 in the price, USD bn": lambda value: f"{value:,.0f}" if value else "-",
        },
    )
    return (worth,)


@app.cell
def revenue(jv, study):
    jv.fan(
        study.quantity("data_center_revenue"),
        "NVIDIA data-centre revenue",
        study.observed.get("data_center_revenue", ()),
    )


@app.cell
def swings(mo, study):
    tornado = study.value("NVDA")["tornado"]
    low, high = "at its 10 % point, USD a share", "at its 90 % point, USD a share"
    swing_table = mo.ui.table(
        [
            {"input": row["input"].replace("_", " "), low: row["at_p10"], high: row["at_p90"]}
            for row in tornado
        ],
        selection=None,
        format_mapping=dict.fromkeys((low, high), "{:,.1f}".format),
    )
    mo.vstack([mo.md("## What moves the value of NVDA most"), swing_table])
    return (tornado,)


if __name__ == "__main__":
    app.run()
