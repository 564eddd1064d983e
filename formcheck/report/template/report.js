"use strict";
(() => {
  const video = document.getElementById("video");
  const figures = JSON.parse(document.getElementById("charts").textContent);
  const TOOLBAR_PX = 34;
  const coarse = matchMedia("(pointer: coarse)").matches;

  // ---- the video, if it came with the page
  const data = document.getElementById("video-data");
  if (data && video) video.src = filmIn(data);

  // ---- open on the worst repetition; the first time it plays from where that one starts
  if (video && video.dataset.open) {
    const at = Number(video.dataset.open) + 0.001;
    const open = () => {
      if (video.currentTime === 0) video.currentTime = at;
    };
    if (video.readyState >= 1) open();
    else video.addEventListener("loadedmetadata", open, { once: true });
    video.addEventListener("play", () => {
      if (Math.abs(video.currentTime - at) < 0.01) video.currentTime = Number(video.dataset.from) + 0.001;
    }, { once: true });
  }

  // ---- jumping
  const seek = (time) => {
    if (!video || !Number.isFinite(time)) return;
    // A thousandth later, so that rounding does not show the frame before.
    video.currentTime = time + 0.001;
    const box = video.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight) video.scrollIntoView({ block: "center" });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-time]");
    if (button) seek(Number(button.dataset.time));
  });

  // ---- charts
  const draw = (id, figure) => {
    const node = document.getElementById(id);
    const { data, layout } = coloured(figure, getComputedStyle(document.documentElement));
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { gridcolor: colour("--line"), zerolinecolor: colour("--soft"), linecolor: colour("--line"), fixedrange: coarse };
    for (const name of ["xaxis", "yaxis", "yaxis2"])
      if (layout[name]) layout[name] = { ...axis, ...layout[name], automargin: true };
    // The toolbar has a row of its own above the chart: it covers no number and no legend.
    if (!coarse) layout.margin.t += TOOLBAR_PX;
    Object.assign(layout, {
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("--soft"), activecolor: colour("--ink") },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: colour("--ink"), family: "system-ui, sans-serif", size: 13 },
      hoverlabel: { bgcolor: colour("--card"), bordercolor: colour("--soft"), font: { color: colour("--ink"), size: 14 } },
      dragmode: coarse ? false : "zoom",
      autosize: true,
    });
    const config = { responsive: true, displaylogo: false, displayModeBar: coarse ? false : "hover", modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };
    return Plotly.react(node, data, layout, config).then(() => {
      if (node.dataset.ready) return;
      node.dataset.ready = "true";
      node.on("plotly_click", (event) => {
        const custom = event.points[0].customdata;
        if (custom) seek(Number(custom[0]));
      });
    });
  };
  const drawAll = () =>
    Promise.all(Object.entries(figures).map(([name, figure]) => draw(`${name}-chart`, figure)));

  if (Object.keys(figures).length && window.Plotly) {
    drawAll().then(() => (document.documentElement.dataset.ready = "true"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  } else document.documentElement.dataset.ready = "true";

  whitePaper(drawAll);

  // ---- where the video is: a line in the chart, and the repetition's button
  if (video) {
    const reps = [...document.querySelectorAll("button[data-rep]")];
    const starts = reps.map((button) => Number(button.dataset.time));
    const chart = document.getElementById("angle-chart");
    const head = document.createElement("div");
    head.className = "playhead";
    if (chart) chart.append(head);
    const follow = () => {
      const now = video.currentTime;
      const begun = Math.max(...starts.filter((start) => start <= now + 0.01), -1);
      reps.forEach((button, i) => button.setAttribute("aria-current", String(starts[i] === begun)));
      const axes = chart && chart._fullLayout;
      if (!axes || !axes.xaxis) return;
      const x = axes.xaxis.l2p(now);
      const inside = x >= 0 && x <= axes.xaxis._length;
      head.hidden = !inside;
      head.style.cssText = `left:${axes._size.l + x}px;top:${axes._size.t}px;height:${axes._size.h}px`;
    };
    video.addEventListener("timeupdate", follow);
    video.addEventListener("seeking", follow);
  }
})();
