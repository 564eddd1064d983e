"use strict";
// Clips, past reports, and the buttons.
function upload(file) {
  const bar = el("progress"), ask = new XMLHttpRequest();
  bar.hidden = false; el("clip").disabled = true;
  const fail = (words) => { el("sent").textContent = words; bar.hidden = true; el("clip").disabled = false; };
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
  const states = { waiting: "Waiting for other clips ...", finding: "Finding the lifter ...",
    drawing: "Drawing the report ..." };
  try {
    for (;;) {
      const job = await asked(`api/clips/${id}`);
      if (job.state === "failed") { fail(job.message); return; }
      if (job.state === "done") { fail(`${job.verdict} `); await past(); link(el("sent"), job.result, "Open the report"); return; }
      el("sent").textContent = [job.verdict, states[job.state]].filter(Boolean).join(" "); el("progress").value = job.share;
      await new Promise((done) => setTimeout(done, 500));
    }
  } catch (error) { fail(error.message); }
}

function link(parent, name, said) {
  const a = document.createElement("a");
  a.href = `results/${encodeURIComponent(name)}/report.html`; a.textContent = said;
  parent.append(a);
}

async function past() {
  const found = await asked("api/results");
  const rows = found.map((one) => {
    const row = document.createElement("li"), about = document.createElement("span");
    if (one.page) link(row, one.name, one.name); else row.append(one.name);
    const parts = [new Date(one.changed_s * 1000).toLocaleString(), one.exercise,
      text(one.reps === 1 ? "set.rep" : "set.reps", { count: one.reps }), score(one.score)];
    if (one.flagged) parts.push(`${one.flagged} fault${one.flagged > 1 ? "s" : ""}`);
    about.textContent = parts.join(" · ");
    row.append(about);
    return row;
  });
  if (!rows.length) {
    const none = document.createElement("li");
    none.textContent = text("page.none-yet");
    rows.push(none);
  }
  el("past").replaceChildren(...rows);
}

async function invite() {
  const phone = await asked("api/phone");
  if (!phone.addresses.length) return;
  const lines = [text("page.phone-how"), phone.addresses.join("  "), text("page.phone-warning")];
  if (phone.fingerprint) lines.push(text("page.phone-fingerprint", { fingerprint: phone.fingerprint }));
  else lines.splice(2, 1);
  const rows = lines.map((said) => Object.assign(document.createElement("p"), { textContent: said }));
  if (phone.code) {
    const code = Object.assign(new Image(), { src: "phone.svg", alt: "QR code" });
    rows.splice(1, 0, code);
  }
  el("phone-here").replaceWith(...rows);
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

function remember(id) {
  const stored = localStorage.getItem(`formcheck-${id}`);
  if (stored) el(id).value = stored;
  el(id).addEventListener("change", () => localStorage.setItem(`formcheck-${id}`, el(id).value));
}

async function open() {
  words = await asked("api/texts");
  const lifts = await asked("api/lifts");
  el("lift").replaceChildren(...lifts.map(
    (lift) => new Option(lift === "auto" ? text("page.any-lift") : lift, lift)));
  remember("lift"); remember("sound");
  say(text("page.press-start"));
  document.documentElement.dataset.ready = "true";
  await Promise.all([past(), invite()]);
  const before = sessionStorage.getItem(KEPT);
  if (before && !running) await keptOf(before);
}

el("start").onclick = () => { start().catch((error) => stop(error.message)); };
el("next").onclick = () => press("n");
el("calibrate").onclick = () => press("c");
el("record").onclick = record;
el("sound").addEventListener("change", hush);
el("full").hidden = !document.fullscreenEnabled;
el("full").onclick = fullScreen;
el("clip").onchange = () => { if (el("clip").files[0]) upload(el("clip").files[0]); el("clip").value = ""; };
open();
