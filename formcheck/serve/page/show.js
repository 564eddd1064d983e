"use strict";
// What is shown: the picture that was measured with its own outline on it, and the numbers.
const el = (id) => document.getElementById(id);
const CUE_MS = 2500, GAUGE = 50;
let cueUntil = 0, summaryOf = 0;

function say(line, more = "", colour = "") {
  el("line").style.color = colour; el("line").textContent = line; el("more").textContent = more;
}

function draw(sheet, shown) {
  const canvas = el("picture"), pen = canvas.getContext("2d");
  if (canvas.width !== sheet.width || canvas.height !== sheet.height) {
    canvas.width = sheet.width; canvas.height = sheet.height;
  }
  pen.setTransform(1, 0, 0, 1, 0, 0);
  if (el("mirror").checked) pen.setTransform(-1, 0, 0, 1, canvas.width, 0);
  pen.drawImage(sheet, 0, 0);
  const unit = Math.max(2, canvas.width / 400);
  for (const part of shown.back || []) stroke(pen, part, "#fff", unit / 2);
  for (const part of shown.lumbar || []) {
    stroke(pen, part, "#0e1116", 3 * unit);
    stroke(pen, part, shown.tint, 2 * unit);
  }
}

function stroke(pen, points, colour, width) {
  pen.beginPath();
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.strokeStyle = colour; pen.lineWidth = width; pen.lineCap = pen.lineJoin = "round";
  pen.stroke();
}

function known(value) { return value !== null && value !== undefined; }

function degrees(value) {
  return known(value) ? `${value > 0 ? "+" : ""}${Math.round(value)}°`.replace("-", "\u2212") : "–";
}

function write(shown) {
  el("angle").textContent = degrees(shown.angle);
  el("angle").style.color = known(shown.angle) ? shown.tint || "" : "";
  el("reps").textContent = shown.reps;
  lastRep(shown);
  say(shown.line, shown.more, shown.colour);
  el("status").textContent = shown.status;
  gauge(shown);
  for (const cue of shown.cues) call(cue);
  count(shown);
  if (shown.reps && summaryOf < shown.set) el("summary").hidden = true;
  for (const event of shown.events) happened(event);
}

// A squat's depth; of other lifts, and where it was not seen, how far the back bent.
function lastRep(shown) {
  el("last").textContent = shown.depth ? shown.depth.words : degrees(shown.most);
  el("last-name").textContent = text(shown.depth ? "page.depth" : "page.most");
  el("last-more").textContent = shown.depth ? shown.depth.more : "";
  el("tempo").textContent = shown.tempo || "–";
}

function count(shown) {
  if (performance.now() <= cueUntil) return;
  const counting = !shown.ready && shown.countdown_s > 0;
  el("word").hidden = !counting;
  if (counting) big(Math.ceil(shown.countdown_s), "", "info");
}

function big(said, more, kind) {
  const [main, small] = el("word").children;
  main.textContent = said; small.textContent = more;
  el("word").className = kind; el("word").hidden = false;
}

function call(cue) {
  big(cue.words, cue.change, cue.severity);
  cueUntil = performance.now() + CUE_MS;
  speak(cue.words, FAULT);
  tone(cue.code);
}

function happened(event) {
  if (event.kind === "rep") speak(event.spoken, COUNT);
  else if (event.kind !== "cue") speak(event.spoken, OTHER);
  if (event.kind === "notice") el("notice").textContent = event.text;
  if (event.kind === "saved") { addSet(event); summarise(event); past(); }
}

// Stays until the next set's first repetition.
function summarise(event) {
  const [title, ...rest] = event.lines;
  const verdict = [event.data.verdict, score(event.data.score)].join(" · ");
  const known = event.data.measured ? rest : rest.slice(1);
  const told = known.filter((line) => line !== event.data.verdict);
  const rows = [title, verdict, ...told].map((line, at) => {
    const row = document.createElement(at ? "p" : "strong");
    row.textContent = line;
    if (at === 1) row.className = event.data.tone;
    return row;
  });
  el("summary").replaceChildren(...rows);
  el("summary").hidden = false;
  summaryOf = event.data.set;
}

function score(points) {
  return known(points) ? text("page.score", { score: points }) : text("page.no-score");
}

function addSet(event) {
  const { set, reps, verdict, folder } = event.data;
  if (document.querySelector(`#session [data-folder="${CSS.escape(folder)}"]`)) return;
  const row = document.createElement("li"), about = document.createElement("span");
  row.dataset.folder = folder;
  const count = text(reps === 1 ? "set.rep" : "set.reps", { count: reps });
  link(row, folder, text("set.saved", { number: set, reps: count }));
  row.firstChild.target = "_blank"; // the set that is being lifted goes on
  about.textContent = [verdict, score(event.data.score)].join(" · ");
  row.append(about);
  el("session").querySelectorAll("li:not([data-folder])").forEach((none) => none.remove());
  el("session").append(row);
}

function gauge(shown) {
  const at = (degrees) => Math.min(100, Math.max(0, 50 + (50 * degrees) / GAUGE));
  const bar = (id, from, to) => {
    el(id).setAttribute("x", from); el(id).setAttribute("width", Math.max(0, to - from));
  };
  if (known(shown.arched)) bar("arched", 0, at(shown.arched)); else bar("arched", 0, 0);
  el("own").hidden = !known(shown.neutral);
  if (known(shown.neutral)) {
    bar("neutral", at(shown.neutral) - .2, at(shown.neutral) + .2);
    el("own").style.left = `clamp(1.7rem, ${at(shown.neutral)}%, 100% - 1.7rem)`;
  } else bar("neutral", 0, 0);
  if (known(shown.angle)) {
    bar("needle", at(shown.angle) - .5, at(shown.angle) + .5);
    bar("doubt", at(shown.angle - shown.doubt), at(shown.angle + shown.doubt));
  } else { bar("needle", 0, 0); bar("doubt", 0, 0); }
}
