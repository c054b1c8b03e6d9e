"""Which published claims came true, and which forecasts of the model?

Open it with ``marimo edit notebooks/claims.py``; every number is computed from dated facts.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Claims")


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
def later(jv):
    until = jv.load_facts().last_known_on
    return (until,)


@app.cell
def answer(day, draws, jv, mo, until):
    then, now = jv.as_of(day, draws=draws), jv.as_of(until, draws=draws)
    claims = now.claims()
    counts = {}
    for claim in claims:
        counts[claim["status"]] = counts.get(claim["status"], 0) + 1
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    mo.md(
        f"""
        # Which published claims came true?

        Of {len(claims)} claims in the ledger, as of {until}: **{said}**.
        """
    )
    return claims, counts, now, then


@app.cell
def table(claims, mo):
    mo.ui.table(
        [
            {
                "who": claim["who"],
                "said on": claim["said_on"],
                "claim": claim["text"],
                "status": claim["status"],
                "outcome": claim["outcome"],
            }
            for claim in claims
        ],
        selection=None,
        format_mapping={"outcome": lambda value: "-" if value is None else f"{value:,.4g}"},
        wrapped_columns=["claim"],
    )


@app.cell
def forecasts(day, jv, mo, now, then):
    path = then.quantity("data_center_revenue")
    came = [
        row
        for row in now.observed.get("data_center_revenue", ())
        if row["quarter"] > then.experiment.anchor and row["value"] is not None
    ]
    at = {row["quarter"]: path["quarter"].index(row["quarter"]) for row in came}
    inside = [
        row["quarter"]
        for row in came
        if path["p05"][at[row["quarter"]]] <= row["value"] <= path["p95"][at[row["quarter"]]]
    ]
    mo.vstack(
        [
            mo.md(
                f"""
                ## The model's own forecast of {day}

                {len(inside)} of {len(came)} later quarters of NVIDIA's data-centre revenue lie in
                the 5-95 % range forecast on that day.
                """
            ),
            jv.fan(path, "Forecast then, outcome since", came),
        ]
    )
    return came, inside


if __name__ == "__main__":
    app.run()
