"""What gets built, with what money, and what stands in the way?

Open it with ``marimo edit notebooks/build_out.py``; every number is computed from dated facts.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="The build-out")


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
    binding = study.on_demand["binding"]
    at = binding["quarter"].index("2028Q4")
    shares = {name: share[at] for name, share in binding["share"].items()}
    limits = {name: share for name, share in shares.items() if name != "desired"}
    first = max(limits, key=lambda name: limits[name])
    mo.md(
        f"""
        # What gets built, with what money, and what stands in the way?

        As of {day}, at the end of 2028 **{first} holds the build-out back most often**, in
        {limits[first]:.0%} of the draws; nothing does in {shares["desired"]:.0%}.
        """
    )
    return first, shares, study


@app.cell
def limits_table(mo, shares):
    says = {"desired": "nothing: what is wanted is built"}
    mo.ui.table(
        [
            {"limit": says.get(name, name), "share of draws, 2028Q4": share}
            for name, share in shares.items()
        ],
        selection=None,
        format_mapping={"share of draws, 2028Q4": "{:.1%}".format},
    )


@app.cell
def fleet(jv, mo, study):
    mo.vstack(
        [
            jv.fan(study.quantity("compute_wanted"), "Compute wanted"),
            jv.fan(study.quantity("fleet"), "Fleet"),
        ]
    )


@app.cell
def money(jv, mo, study):
    capex = study.quantity("ai_capex")
    year = capex["quarter"].index("2028Q1")
    spent = sum(capex["p50"][year : year + 4])
    mo.vstack(
        [
            mo.md(f"Medians of AI capital spending in 2028 add up to **USD {spent:,.0f} bn**."),
            jv.fan(capex, "World AI capital spending", study.observed.get("ai_capex", ())),
        ]
    )
    return (spent,)


if __name__ == "__main__":
    app.run()
