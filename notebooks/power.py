"""How many gigawatts is the US short by 2028, and what closes the gap?

Open it with ``marimo edit notebooks/power.py``; every number is computed from dated facts.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Gigawatts")


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
def question(jv, mo):
    scenario = mo.ui.dropdown(list(jv.scenarios()), value="base", label="Scenario")
    mo.vstack(
        [
            mo.md("# How many gigawatts is the US short by 2028, and what closes the gap?"),
            scenario,
        ]
    )
    return (scenario,)


@app.cell
def answer(day, draws, jv, mo, scenario):
    study = jv.as_of(day, draws=draws, scenarios=[scenario.value])
    power = study.power()
    by_year = jv.rows(power["gross_shortfall_gw"])
    gross = next(row for row in by_year if row["year"] == 2028)
    net = next(row for row in jv.rows(power["net_shortfall_gw"]) if row["year"] == 2028)
    mo.md(
        f"""
        As of {day}, scenario {scenario.value}: **{gross["p50"]:.0f} GW short** (5-95 %
        {gross["p05"]:.0f} to {gross["p95"]:.0f}), and {net["p50"]:.0f} GW
        ({net["p05"]:.0f} to {net["p95"]:.0f}) after what can be had in time.
        """
    )
    return gross, net, power, study


@app.cell
def balance(mo, power):
    terms = {
        "demand": power["demand_gw"],
        "under construction": power["under_construction_gw"],
        "grid": power["grid_gw"],
        "short": power["gross_shortfall_gw"],
        **{f"option: {name.replace('_', ' ')}": path for name, path in power["options_gw"].items()},
        "still short": power["net_shortfall_gw"],
    }
    table = [
        {"term, GW (median)": name}
        | {f"end {year}": round(path["p50"][n], 1) for n, year in enumerate(path["year"])}
        for name, path in terms.items()
    ]
    mo.ui.table(table, selection=None)
    return (table,)


@app.cell
def chart(jv, study):
    jv.fan(study.quantity("gross_shortfall"), "Gross shortfall")


if __name__ == "__main__":
    app.run()
