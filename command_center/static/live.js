// Keeps the page fresh without a reload: fetches this very page and takes over its live parts.
// Pages with a stream do so when the stream says that something has changed, others every few
// seconds. All work without it (the browser then reloads every 30 seconds).
"use strict";

const EVERY_MS = 4000;
const PATIENCE_MS = 15000;
const AGAIN_MS = 5000;
let heardAt = Date.now();
let isBehind = false;

async function refresh() {
  isBehind = document.hidden;
  if (isBehind) return;
  try {
    const answer = await fetch(location.href, {
      headers: { "Posko-Background": "1" }, signal: AbortSignal.timeout(EVERY_MS) });
    if (!answer.ok && answer.status !== 400) throw new Error(String(answer.status));
    take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    heardAt = Date.now();
  } catch (error) {
    isBehind = true;
    console.debug("refresh failed", error);
  }
  showAge();
}

function showAge() {
  document.getElementById("stale").hidden = Date.now() - heardAt < PATIENCE_MS;
}

function take(fresh) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const news = fresh.getElementById(part.id);
    if (news && news.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
      part.replaceChildren(...news.childNodes);
    }
  }
  const state = fresh.getElementById("link-state");
  if (state) document.getElementById("link-state").replaceWith(state);
}

// Each answer of the stream ends at once, and the browser asks again by itself.
function listen(address) {
  const events = new EventSource(address);
  const hear = (event) => {
    heardAt = Date.now();
    for (const clock of document.querySelectorAll("[data-clock]")) {
      clock.textContent = JSON.parse(event.data).pukul;
    }
    if (event.type === "berubah" || isBehind) refresh();
  };
  events.addEventListener("berubah", hear);
  events.addEventListener("tetap", hear);
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS, address);
  });
}

const stream = document.querySelector("[data-stream]");
if (stream) {
  listen(stream.dataset.stream);
  setInterval(showAge, 1000);
} else {
  setInterval(refresh, EVERY_MS);
}
