"use strict";
// What all pages of results need.

// A figure with its colours, which are named, in those of the scheme: light, dark or print.
const coloured = (value, style) => {
  if (Array.isArray(value)) return value.map((item) => coloured(item, style));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v, style)]));
  const name = typeof value === "string" && value.match(/^var\((--[a-z]+)\)$/);
  return name ? style.getPropertyValue(name[1]).trim() : value;
};

// The address of a video that came with the page, as text in an element.
const filmIn = (node) => {
  const bytes = Uint8Array.from(atob(node.textContent), (c) => c.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
};

// Paper is white and 190 mm wide: charts are drawn for it, and again for the screen.
const whitePaper = (drawAll) => {
  addEventListener("beforeprint", () => {
    document.documentElement.dataset.theme = "light";
    if (!window.Plotly) return;
    drawAll();
    document.querySelectorAll(".js-plotly-plot").forEach((node) => Plotly.relayout(node, { width: 660, autosize: false }));
  });
  addEventListener("afterprint", () => {
    delete document.documentElement.dataset.theme;
    if (window.Plotly) drawAll();
  });
};
