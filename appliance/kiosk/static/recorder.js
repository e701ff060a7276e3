// Telling by voice. Without this file, MediaRecorder or a microphone there is no button for it. What
// was recorded is kept in the memory of this window (the browser runs incognito) until the last
// screen sends it; any page that is not of the same conversation forgets it.
(() => {
  "use strict";
  const MAX_S = 60;
  const MAX_BYTES = 600 * 1024;
  const KEY = "recording";
  const TYPE = "audio/webm";
  const CODEC = "audio/webm;codecs=opus";

  const form = document.querySelector("#dialog");
  if (!form && location.pathname === "/lapor") return; // an error: one can go back and try again
  const fields = form?.elements;
  const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  const isMine = Boolean(fields?.recorded.value) && stored.of === fields.submission_id.value;
  let kept = isMine ? Uint8Array.from(atob(stored.data), (c) => c.charCodeAt(0)) : null;
  if (!kept) sessionStorage.removeItem(KEY);
  if (!form) return;

  const forget = () => {
    kept = null;
    sessionStorage.removeItem(KEY);
    fields.recorded.value = "";
  };
  const keep = (bytes, seconds) => {
    let data = "";
    for (const byte of bytes) data += String.fromCharCode(byte);
    sessionStorage.setItem(KEY, JSON.stringify({ of: fields.submission_id.value, data: btoa(data) }));
    kept = bytes;
    fields.recorded.value = Math.min(MAX_S, Math.max(1, Math.round(seconds)));
  };

  const file = document.querySelector("[data-brings]");
  if (file && kept) {
    const brought = new DataTransfer();
    brought.items.add(new File([kept], "suara.webm", { type: TYPE }));
    file.files = brought.files;
  }

  const offer = document.querySelector("[data-records]");
  if (offer && window.MediaRecorder?.isTypeSupported(CODEC)) {
    navigator.mediaDevices?.enumerateDevices().then((found) => {
      offer.hidden = !found.some((device) => device.kind === "audioinput");
    });
  }

  const panel = document.querySelector("[data-voice]");
  if (!panel) return;
  if (!kept) forget();
  const clock = document.querySelector("[data-voice-clock]");
  const problem = document.querySelector("[data-voice-problem]");
  let recorder = null;
  let player = null;
  let isAsking = false; // for the microphone

  const tell = (s) => {
    clock.textContent = `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
  };
  const draw = () => {
    const shown = recorder ? ["stop"] : kept ? ["play", "again", "erase"] : ["record"];
    for (const button of panel.children) button.hidden = !shown.includes(button.dataset.act);
    clock.classList.toggle("is-recording", Boolean(recorder));
    if (!recorder) tell(Number(fields.recorded.value));
  };
  const quiet = () => {
    player?.close();
    player = null;
  };
  const record = async () => {
    if (isAsking || recorder) return;
    isAsking = true;
    quiet();
    forget();
    problem.hidden = true;
    let line;
    try {
      line = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      problem.hidden = false;
      return draw();
    } finally {
      isAsking = false;
    }
    const parts = [];
    let size = 0;
    let seconds = 0;
    const began = performance.now();
    recorder = new MediaRecorder(line, { mimeType: CODEC, audioBitsPerSecond: 32_000 });
    const stop = () => recorder?.state === "recording" && recorder.stop();
    const ticking = setInterval(() => {
      seconds = (performance.now() - began) / 1000;
      tell(Math.min(seconds, MAX_S));
      form.dispatchEvent(new Event("input", { bubbles: true })); // who speaks is not idle
      if (seconds >= MAX_S) stop();
    }, 200);
    recorder.addEventListener("dataavailable", ({ data }) => {
      if (size + data.size > MAX_BYTES) return stop();
      size += data.size;
      parts.push(data);
    });
    recorder.addEventListener("stop", async () => {
      clearInterval(ticking);
      for (const track of line.getTracks()) track.stop();
      recorder = null;
      if (size) keep(new Uint8Array(await new Blob(parts).arrayBuffer()), seconds);
      draw();
    });
    recorder.start(1000);
    draw();
  };
  const play = async () => {
    quiet();
    player = new AudioContext();
    const source = player.createBufferSource();
    source.buffer = await player.decodeAudioData(kept.buffer.slice(0));
    source.connect(player.destination);
    source.start();
  };
  const acts = {
    record,
    again: record,
    stop: () => recorder?.state === "recording" && recorder.stop(),
    play,
    erase: () => {
      quiet();
      forget();
      draw();
    },
  };
  panel.addEventListener("click", (event) => acts[event.target.closest("button")?.dataset.act]?.());
  draw();
})();
