// Keeps the list fresh without a reload: fetches this very page and takes over its live parts.
// The page works without it (the browser then reloads every 30 seconds).
"use strict";

const EVERY_MS = 4000;
const PATIENCE_MS = 15000;
let heardAt = Date.now();

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, {
      headers: { "Posko-Background": "1" }, signal: AbortSignal.timeout(EVERY_MS) });
    if (!answer.ok && answer.status !== 400) throw new Error(String(answer.status));
    take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    heardAt = Date.now();
  } catch (error) {
    console.debug("refresh failed", error);
  }
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

setInterval(refresh, EVERY_MS);
