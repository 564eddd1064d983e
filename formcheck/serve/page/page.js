"use strict";
// The camera's pictures go to the server one at a time: the next is taken when the answer
// to the last is here, so nothing can pile up. What is shown is the picture that was
// measured, with its own outline on it.
const el = (id) => document.getElementById(id);
const WIDTH = 1280, QUALITY = 0.85, CUE_MS = 2000, GAUGE = 50;
let socket = null, stream = null, cueUntil = 0, audio = null, film = false;

async function asked(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    throw new Error(said.detail || `The server answered ${answer.status}.`);
  }
  return answer.json();
}

function say(text) { el("line").style.color = ""; el("line").textContent = text; }

async function start() {
  if (socket) { stop(); return; }
  if (!navigator.mediaDevices) {
    say("The browser gives its camera only to https pages, or on the machine itself.");
    return;
  }
  el("start").disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia(
      { audio: false, video: { width: { ideal: WIDTH }, height: { ideal: 720 }, frameRate: { ideal: 30 } } });
  } catch (error) {
    say(error.name === "NotAllowedError" ? "The camera was refused: allow it for this page."
      : "There is no camera that can be used.");
    return;
  } finally { el("start").disabled = false; }
  audio = audio || (window.AudioContext ? new AudioContext() : null);
  const camera = el("camera");
  camera.srcObject = stream;
  await camera.play();
  connect(camera);
}

function connect(camera) {
  const where = new URL("api/live", location.href);
  where.protocol = where.protocol.replace("http", "ws");
  where.searchParams.set("exercise", el("lift").value);
  const filmed = film;
  where.searchParams.set("film", filmed);
  socket = new WebSocket(where);
  socket.binaryType = "arraybuffer";
  say("Starting ...");
  el("start").textContent = "Stop"; el("lift").disabled = true; el("notice").textContent = "";
  const sheet = document.createElement("canvas");
  const opened = socket;
  opened.onopen = () => {
    for (const id of ["next", "calibrate"]) el(id).disabled = false;
    if (film !== filmed) press("r");
    send(camera, sheet);
  };
  opened.onmessage = (event) => {
    const shown = JSON.parse(event.data);
    draw(sheet, shown);
    write(shown);
    send(camera, sheet);
  };
  opened.onclose = (event) => {
    if (socket !== opened) return;
    stop();
    say(event.reason || "The connection ended. What was lifted is saved.");
  };
}

function stop() {
  if (socket) { const open = socket; socket = null; open.close(); }
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
  for (const id of ["next", "calibrate"]) el(id).disabled = true;
  el("start").textContent = "Start"; el("lift").disabled = false; el("word").hidden = true;
  say("Stopped. What was lifted is being saved.");
  for (const wait of [1500, 6000, 15000]) setTimeout(past, wait);
}

function press(key) { if (socket && socket.readyState === WebSocket.OPEN) socket.send(key); }

function record() {
  film = !film;
  el("record").setAttribute("aria-pressed", film);
  press("r");
}

function send(camera, sheet) {
  if (!socket || socket.readyState !== WebSocket.OPEN) return;
  const zoom = Math.min(1, WIDTH / Math.max(camera.videoWidth, camera.videoHeight));
  sheet.width = Math.round(camera.videoWidth * zoom);
  sheet.height = Math.round(camera.videoHeight * zoom);
  sheet.getContext("2d").drawImage(camera, 0, 0, sheet.width, sheet.height);
  const head = new DataView(new ArrayBuffer(8));
  head.setFloat64(0, performance.now() / 1000);
  sheet.toBlob((jpeg) => {
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(new Blob([head.buffer, jpeg]));
  }, "image/jpeg", QUALITY);
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

function write(shown) {
  const minus = (text) => text.replace("-", "\u2212");
  el("angle").textContent = shown.angle === null ? "–"
    : minus(`${shown.angle > 0 ? "+" : ""}${Math.round(shown.angle)}°`);
  el("angle").style.color = shown.angle === null ? "" : shown.tint || "";
  el("reps").textContent = `${shown.reps} rep${shown.reps === 1 ? "" : "s"}`;
  el("line").textContent = shown.line; el("line").style.color = shown.colour;
  el("status").textContent = shown.status;
  gauge(shown);
  for (const cue of shown.cues) call(cue);
  const counting = !shown.ready && shown.countdown_s > 0;
  if (performance.now() > cueUntil) {
    el("word").hidden = !counting; el("word").className = "info";
    if (counting) el("word").textContent = Math.ceil(shown.countdown_s);
  }
  for (const event of shown.events) {
    if (["notice", "ready", "saved"].includes(event.kind)) el("notice").textContent = event.text;
    if (event.kind === "saved") past();
  }
}

function gauge(shown) {
  const at = (degrees) => Math.min(100, Math.max(0, 50 + (50 * degrees) / GAUGE));
  const bar = (id, from, to) => {
    el(id).setAttribute("x", from); el(id).setAttribute("width", Math.max(0, to - from));
  };
  const known = (value) => value !== null && value !== undefined;
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

function call(cue) {
  el("word").textContent = cue.words; el("word").className = cue.severity; el("word").hidden = false;
  cueUntil = performance.now() + CUE_MS;
  if (!el("sound").checked || !audio) return;
  const tone = audio.createOscillator(), volume = audio.createGain();
  tone.frequency.value = cue.code === "lumbar-flexion" ? 880
    : cue.code === "lumbar-hyperextension" ? 440 : 660;
  volume.gain.setValueAtTime(.4, audio.currentTime);
  volume.gain.linearRampToValueAtTime(0, audio.currentTime + .25);
  tone.connect(volume).connect(audio.destination);
  tone.start(); tone.stop(audio.currentTime + .25);
}

function upload(file) {
  const bar = el("progress"), ask = new XMLHttpRequest();
  bar.hidden = false; el("clip").disabled = true;
  const fail = (text) => { el("sent").textContent = text; bar.hidden = true; el("clip").disabled = false; };
  const about = new URLSearchParams({ exercise: el("lift").value, name: file.name });
  ask.open("POST", `api/clips?${about}`);
  ask.upload.onprogress = (event) => {
    el("sent").textContent = "Sending ..."; bar.value = event.loaded / event.total;
  };
  ask.onerror = () => fail("The clip could not be sent.");
  ask.onload = () => {
    let said = {};
    try { said = JSON.parse(ask.responseText); } catch { /* no words from the server */ }
    if (ask.status === 202) follow(said.id, fail); else fail(said.detail || "The clip was refused.");
  };
  ask.send(file);
}

async function follow(id, fail) {
  const words = { waiting: "Waiting for other clips ...", finding: "Finding the lifter ...",
    drawing: "Drawing the report ..." };
  try {
    for (;;) {
      const job = await asked(`api/clips/${id}`);
      if (job.state === "failed") { fail(job.message); return; }
      if (job.state === "done") { fail(""); await past(); link(el("sent"), job.result, "Open the report"); return; }
      el("sent").textContent = words[job.state]; el("progress").value = job.share;
      await new Promise((done) => setTimeout(done, 500));
    }
  } catch (error) { fail(error.message); }
}

function link(parent, name, words) {
  const a = document.createElement("a");
  a.href = `results/${encodeURIComponent(name)}/report.html`; a.textContent = words;
  parent.append(a);
}

async function past() {
  const found = await asked("api/results");
  const rows = found.map((one) => {
    const row = document.createElement("li"), about = document.createElement("span");
    if (one.page) link(row, one.name, one.name); else row.append(one.name);
    const parts = [new Date(one.changed_s * 1000).toLocaleString(), one.exercise,
      `${one.reps} reps`, one.score === null ? "not scored" : `score ${one.score}`];
    if (one.flagged) parts.push(`${one.flagged} fault${one.flagged > 1 ? "s" : ""}`);
    about.textContent = parts.join(" · ");
    row.append(about);
    return row;
  });
  if (!rows.length) {
    const none = document.createElement("li");
    none.textContent = "None yet.";
    rows.push(none);
  }
  el("past").replaceChildren(...rows);
}

el("start").onclick = () => { start().catch((error) => { stop(); say(error.message); }); };
el("next").onclick = () => press("n");
el("calibrate").onclick = () => press("c");
el("record").onclick = record;
el("clip").onchange = () => { if (el("clip").files[0]) upload(el("clip").files[0]); el("clip").value = ""; };
asked("api/lifts").then((lifts) => {
  el("lift").replaceChildren(...lifts.map((lift) => new Option(lift, lift)));
  document.documentElement.dataset.ready = "true";
});
past();
