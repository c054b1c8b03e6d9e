"use strict";
(function () {
  const config = JSON.parse(document.getElementById("config").textContent);
  for (const place of document.querySelectorAll(".chart")) {
    const spec = JSON.parse(place.querySelector("script").textContent);
    const view = document.createElement("div");
    view.className = "view";
    place.append(view);
    vegaEmbed(view, spec, {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      ast: true,
      // The chart is one picture with a description; its marks are not read out one by one.
      config: { ...config, aria: false },
      tooltip: { theme: "custom" },
    })
      .then((drawn) => saving.addChart(place, drawn.view, spec))
      .catch(function (error) {
        view.textContent = String(error);
      });
  }
  for (const figure of document.querySelectorAll("figure")) saving.addTable(figure);
  // A chart on paper takes the width of the paper.
  window.addEventListener("beforeprint", function () {
    window.dispatchEvent(new Event("resize"));
  });
})();
