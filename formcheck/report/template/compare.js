"use strict";
(() => {
  const told = (id) => JSON.parse(document.getElementById(id).textContent);
  const figures = told("charts");
  const knots = told("knots");
  const videos = [0, 1].map((i) => document.getElementById(`video-${i}`));

  // ---- videos that came with the page
  videos.forEach((video, i) => {
    const data = document.getElementById(`video-data-${i}`);
    if (data) video.src = filmIn(data);
  });

  // ---- charts, in the colours of the scheme
  const draw = () => Promise.all(Object.entries(figures).map(([id, figure]) => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const { data, layout } = coloured(figure, style);
    for (const name of ["xaxis", "yaxis", "yaxis2"])
      if (layout[name]) layout[name] = { gridcolor: colour("--line"), zerolinecolor: colour("--soft"), ...layout[name], automargin: true, fixedrange: true };
    Object.assign(layout, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", dragmode: false,
      font: { color: colour("--ink"), family: "system-ui, sans-serif", size: 13 } });
    return Plotly.react(id, data, layout, { responsive: true, displayModeBar: false });
  }));
  const ready = () => { document.documentElement.dataset.ready = "true"; };
  if (Object.keys(figures).length) {
    draw().then(ready);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    whitePaper(draw);
  } else ready();

  // ---- in step: the first video leads, the second is where the first one's repetition is
  const play = document.getElementById("play");
  if (!play) return;
  const [first, second] = videos;
  const [lead, follow] = knots;
  const speed = document.getElementById("speed");
  const last = lead.length - 1;
  const place = (time) => {
    if (time <= lead[0]) return { time: Math.max(0, follow[0] + time - lead[0]), rate: 1 };
    if (time >= lead[last]) return { time: follow[last] + time - lead[last], rate: 1 };
    let k = 0;
    while (lead[k + 1] <= time) k += 1;
    const rate = (follow[k + 1] - follow[k]) / Math.max(lead[k + 1] - lead[k], 0.001);
    return { time: follow[k] + rate * (time - lead[k]), rate };
  };
  const buttons = [...document.querySelectorAll("button[data-rep]")];
  const step = () => {
    const at = place(first.currentTime);
    const end = second.duration || Infinity;
    // While both run, small errors are taken up by the rate: every seek would make it jerk.
    const off = at.time - second.currentTime;
    if (first.paused ? Math.abs(off) > 0.01 : Math.abs(off) > 0.25) second.currentTime = Math.min(at.time, end);
    second.playbackRate = Math.min(8, Math.max(0.1, speed.value * (at.rate + off)));
    buttons.forEach((button, i) => {
      const now = first.currentTime + 0.01;
      const current = lead[3 * i] <= now && (i + 1 === buttons.length || now < lead[3 * i + 3]);
      button.setAttribute("aria-current", String(current));
    });
  };
  const tick = () => { step(); if (!first.paused) requestAnimationFrame(tick); };
  first.addEventListener("play", () => { play.textContent = "Pause"; second.play().catch(() => {}); tick(); });
  first.addEventListener("pause", () => { play.textContent = "Play"; second.pause(); step(); });
  first.addEventListener("seeked", step);
  speed.addEventListener("change", () => { first.playbackRate = Number(speed.value); step(); });
  play.addEventListener("click", () => (first.paused ? first.play() : first.pause()));
  buttons.forEach((button, i) => button.addEventListener("click", () => { first.currentTime = lead[3 * i] + 0.001; }));
  // Open on the first repetition of both.
  const open = () => { first.currentTime = lead[0] + 0.001; };
  if (first.readyState >= 1) open(); else first.addEventListener("loadedmetadata", open, { once: true });
  second.addEventListener("loadedmetadata", step, { once: true });
})();
