"use strict";
// The camera's pictures go to the server one at a time, each a request of its own: the next
// is sent when the answer to the last is here, so nothing can pile up, and there is no
// connection that could break. While an answer is awaited the next picture is made.
const WIDTH = 1280, QUALITY = 0.85, RETRY_MS = 1000, KEPT = "formcheck-session";
let running = null, stream = null, film = false, awake = null;

async function asked(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    const error = new Error(said.detail || `The server answered ${answer.status}.`);
    error.status = answer.status;
    throw error;
  }
  return answer.status === 204 ? null : answer.json();
}

async function start() {
  if (running) { await stop(); return; }
  if (!navigator.mediaDevices) { say(text("page.insecure")); return; }
  unlockSound();
  el("start").disabled = true;
  try {
    await openCamera();
  } catch (error) {
    say(text(error.name === "NotAllowedError" ? "page.refused" : "page.no-camera"));
    return;
  } finally { el("start").disabled = false; }
  stayAwake();
  phase(true);
  const mine = { id: "" };
  running = mine;
  await lift(mine);
}

async function openCamera() {
  stream = await navigator.mediaDevices.getUserMedia(
    { audio: false, video: { width: { ideal: WIDTH }, height: { ideal: 720 }, frameRate: { ideal: 30 } } });
  const camera = el("camera");
  camera.srcObject = stream;
  await camera.play();
}

function closeCamera() {
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
}

function phase(lifting) {
  el("steps").hidden = lifting; el("numbers").hidden = !lifting;
  el("start").textContent = text(lifting ? "page.stop" : "page.start");
  el("lift").disabled = lifting;
  for (const id of ["next", "calibrate"]) el(id).disabled = !lifting;
  if (lifting) { el("summary").hidden = true; el("notice").textContent = ""; }
  else { el("word").hidden = true; el("status").textContent = ""; }
}

// Sends pictures until it is stopped; a session that the server ended is followed by another.
async function lift(mine) {
  let next = null;
  while (running === mine) {
    try {
      if (!mine.id) await begin(mine);
      await visible();
      const taken = await (next || grab());
      if (running !== mine) return;
      const answer = asked(`api/live/${mine.id}/picture`, { method: "POST", body: taken.body });
      next = running === mine && !document.hidden ? grab(taken.sheet) : null;
      const shown = await answer;
      if (running !== mine) return;
      if (mine.lost) { mine.lost = false; el("notice").textContent = text("page.back-again"); }
      draw(taken.sheet, shown);
      write(shown);
    } catch (error) {
      next = null;
      if (running !== mine) return;
      if (error.status === 410) await replaced(mine);
      else if (error.status === 400 || error.status === undefined) await lost(mine);
      else { await stop(error.message); return; }
    }
  }
}

async function begin(mine) {
  const about = new URLSearchParams({ exercise: el("lift").value, film });
  say(text("setup.starting"));
  mine.id = (await asked(`api/live?${about}`, { method: "POST" })).id;
  sessionStorage.setItem(KEPT, mine.id);
}

// The server ended it after a long silence: say what was saved, and begin again.
async function replaced(mine) {
  await keptOf(mine.id);
  el("notice").textContent = text("page.away");
  mine.id = "";
}

async function lost(mine) {
  mine.lost = true;
  say(text("page.connection-lost"), text("page.connection-lost-more"));
  await new Promise((done) => setTimeout(done, RETRY_MS));
  if (running === mine && stream && stream.getVideoTracks()[0].readyState === "ended") {
    closeCamera();
    await openCamera();
  }
}

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
}

// A picture, its time, and the sheet that it is drawn from later; never the one in use.
const sheets = [document.createElement("canvas"), document.createElement("canvas")];
async function grab(used) {
  const camera = el("camera"), sheet = sheets[used === sheets[0] ? 1 : 0];
  const zoom = Math.min(1, WIDTH / Math.max(camera.videoWidth, camera.videoHeight, 1));
  sheet.width = Math.round(camera.videoWidth * zoom);
  sheet.height = Math.round(camera.videoHeight * zoom);
  sheet.getContext("2d").drawImage(camera, 0, 0, sheet.width, sheet.height);
  const head = new DataView(new ArrayBuffer(8));
  head.setFloat64(0, performance.now() / 1000);
  const jpeg = await new Promise((done) => sheet.toBlob(done, "image/jpeg", QUALITY));
  return { sheet, body: new Blob([head.buffer, jpeg || ""]) };
}

async function stop(why = "") {
  const mine = running;
  running = null;
  closeCamera();
  hush();
  if (awake) { awake.release().catch(() => {}); awake = null; }
  phase(false);
  if (!mine || !mine.id) { say(why); return; }
  say(why || text("page.saving"));
  await asked(`api/live/${mine.id}/end`, { method: "POST" }).catch(() => {});
  await keptOf(mine.id, why);
}

// Waits until the session is saved, and says what was, and where.
async function keptOf(id, why = "") {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const known = await asked(`api/live/${id}`).catch((error) => (error.status ? null : { state: "" }));
    if (!known) return;
    known.saved.forEach(addSet);
    if (known.state === "ended") {
      sessionStorage.removeItem(KEPT);
      told(known, why);
      return;
    }
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
}

function told(known, why) {
  const sets = known.saved.map(({ data }) => text("page.kept-one", { number: data.set, folder: data.folder,
    reps: text(data.reps === 1 ? "set.rep" : "set.reps", { count: data.reps }) }));
  const unsaved = known.notices.filter((line) => line.includes("not saved"));
  const kept = sets.length ? text("page.kept", { sets: sets.join(", ") }) : text("page.nothing");
  if (!running) {
    if (known.saved.length) { summarise(known.saved.at(-1)); speak(known.saved.at(-1).spoken, OTHER); }
    say(why || text(sets.length ? "page.saved" : "page.stopped"), [kept, ...unsaved].join(" "));
  }
  el("notice").textContent = [kept, ...unsaved].join(" ");
  past();
}

function press(key) {
  if (running && running.id) asked(`api/live/${running.id}/key?key=${key}`, { method: "POST" }).catch(() => {});
}

function record() {
  film = !film;
  el("record").setAttribute("aria-pressed", film);
  press("r");
}

async function stayAwake() {
  if (!navigator.wakeLock || awake) return;
  try {
    awake = await navigator.wakeLock.request("screen");
    awake.addEventListener("release", () => { awake = null; });
  } catch { awake = null; } // the battery is low, or the page is not shown
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && running) stayAwake();
});
// A closed tab ends the set; one that is only locked or left for a moment does not.
window.addEventListener("pagehide", () => {
  if (running && running.id) navigator.sendBeacon(`api/live/${running.id}/end`);
});
