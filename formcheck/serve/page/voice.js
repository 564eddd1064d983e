"use strict";
// One voice at a time: a fault interrupts a count, nothing interrupts a fault, and what
// has waited too long is not said any more.
const FAULT = 0, COUNT = 1, OTHER = 2, STALE_MS = 2500;
let words = {}, audio = null, saying = null, waiting = null;

function text(name, values = {}) {
  return (words[name] || name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

function soundKind() { return el("sound").value; }

// Browsers make a sound only after a tap: this is called from one.
function unlockSound() {
  audio = audio || (window.AudioContext ? new AudioContext() : null);
  if (soundKind() === "voice") speak(text("setup.starting"), OTHER);
}

// Only voices of the device itself: others send what is said to whoever made the browser.
function ownVoice() {
  const language = words["language.speech"] || "en";
  const own = (window.speechSynthesis ? speechSynthesis.getVoices() : [])
    .filter((voice) => voice.localService && voice.lang.toLowerCase().startsWith(language));
  return own.find((voice) => voice.default) || own[0];
}

function speak(said, rank) {
  if (!said || soundKind() !== "voice" || !ownVoice()) return;
  const next = { said, rank, at: performance.now() };
  if (!saying) { utter(next); return; }
  if (rank < saying.rank) { waiting = next; speechSynthesis.cancel(); over(saying); return; }
  if (!waiting || rank <= waiting.rank) waiting = next;
}

function utter(one) {
  const spoken = new SpeechSynthesisUtterance(one.said);
  spoken.voice = ownVoice();
  spoken.lang = spoken.voice.lang;
  spoken.onend = spoken.onerror = () => over(one);
  saying = one;
  // Some browsers never tell that a sentence is over.
  setTimeout(() => over(one), 1500 + 120 * one.said.length);
  speechSynthesis.speak(spoken);
}

function over(one) {
  if (saying !== one) return;
  saying = null;
  const next = waiting;
  waiting = null;
  if (next && performance.now() - next.at < STALE_MS) utter(next);
}

function hush() {
  saying = waiting = null;
  if (window.speechSynthesis) speechSynthesis.cancel();
}

// In place of the voice, and where there is none.
function tone(code) {
  if (soundKind() === "quiet" || !audio) return;
  if (soundKind() === "voice" && ownVoice()) return;
  const sound = audio.createOscillator(), volume = audio.createGain();
  sound.frequency.value = code === "lumbar-flexion" ? 880
    : code === "lumbar-hyperextension" ? 440 : 660;
  volume.gain.setValueAtTime(.4, audio.currentTime);
  volume.gain.linearRampToValueAtTime(0, audio.currentTime + .25);
  sound.connect(volume).connect(audio.destination);
  sound.start(); sound.stop(audio.currentTime + .25);
}
