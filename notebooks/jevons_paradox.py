"""Tokens became ten times cheaper. Does demand for compute fall, or rise?

Open it with ``marimo edit notebooks/jevons_paradox.py``; every number is computed from dated facts.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="The Jevons paradox")


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
    elasticity = mo.ui.slider(
        0.4, 2.4, step=0.1, value=1.1, show_value=True, label="Price elasticity of tokens (median)"
    )
    mo.vstack(
        [
            mo.md(
                """
                # Tokens became ten times cheaper. Does demand for compute fall, or rise?

                The Jevons index is J = d ln(compute wanted) / d ln(efficiency). Above 0, a gain in
                efficiency raises the demand for compute.
                """
            ),
            elasticity,
        ]
    )
    return (elasticity,)


@app.cell
def answer(day, draws, elasticity, jv, mo):
    study = jv.as_of(day, draws=draws, moves={"elasticity": elasticity.value})
    index = study.index()
    j = index["jevons_index"]
    mo.md(
        f"""
        As of {day}, **P(J > 0) = {index["p_positive"]:.0%}** over five years
        ({index["one_year"]["p_positive"]:.0%} over one); the median index is {j["p50"]:.2f}, 5-95 %
        {j["p05"]:.2f} to {j["p95"]:.2f}.
        """
    )
    return index, study


@app.cell
def by_workload(index, mo):
    workloads = [
        {
            "workload": name.replace("_", " "),
            "P(J > 0)": each["p_positive"],
            "median J": each["jevons_index"]["p50"],
            "5 %": each["jevons_index"]["p05"],
            "95 %": each["jevons_index"]["p95"],
        }
        for name, each in index["by_workload"].items()
    ]
    mo.ui.table(
        workloads,
        selection=None,
        format_mapping={"P(J > 0)": "{:.0%}".format}
        | dict.fromkeys(("median J", "5 %", "95 %"), "{:.2f}".format),
    )
    return (workloads,)


@app.cell
def shock(jv, mo, study):
    response = study.shock(efficiency=10.0)["responses"]
    mo.vstack(
        [
            mo.md("## Tenfold efficiency overnight: compute wanted, over the same draw without it"),
            jv.fan(response["compute_wanted"], "Compute wanted, ratio"),
            jv.fan(response["tokens"], "Tokens, ratio"),
        ]
    )
    return (response,)


@app.cell
def why(mo, study):
    reason = study.why("jevons_index")
    mo.md(f"**Why?** `{reason['formula']}`, on {len(reason['assumptions'])} assumptions.")
    return (reason,)


if __name__ == "__main__":
    app.run()
