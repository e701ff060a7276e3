// The kiosk works without this file: it saves page loads on the number pad, and counts idleness
// from the last touch or key instead of from the page's load, and asks before it wipes.
(() => {
  "use strict";
  const ASK_MS = 15_000;

  const target = document.querySelector("[data-pad-target]");
  document.querySelector("[data-pad]")?.addEventListener("click", (event) => {
    const key = event.target.closest("button")?.value;
    if (!key || !target) return;
    event.preventDefault();
    const digits = target.value.replace(/\D/g, "");
    target.value = key === "del" ? digits.slice(0, -1) : (digits + key).slice(0, Number(target.dataset.max));
  });

  // While a slip is being printed, look every second whether it has come out, then say so.
  if (document.querySelector("[data-is-printing]")) {
    setInterval(async () => {
      try {
        const page = await (await fetch(location.href)).text();
        if (!page.includes("data-is-printing")) location.reload();
      } catch {} // the kiosk restarts; the next look will tell
    }, 1000);
  }

  // The panel's buttons: start leads to the first screen, help shows that an officer is called.
  const panel = document.querySelector("[data-panel]");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const listen = async () => {
    let { panel: seen } = panel.dataset;
    for (;;) {
      try {
        const news = await (await fetch(`/panel?seen=${seen}`)).json();
        if (news.starts > parseInt(seen, 10)) return location.replace("/");
        panel.hidden = !news.is_help_called;
        seen = news.state;
        await pause(250);
      } catch {
        await pause(2000); // the kiosk restarts
      }
    }
  };
  if (panel) listen();

  // Nobody there: ask where something was being told, then wipe. All that was told is in the page.
  const idleMs = 1000 * document.querySelector("main").dataset.wipesAfterS;
  if (!idleMs) return;
  const ask = document.querySelector("[data-ask]");
  const wipe = () => location.replace("/");
  let timer;
  const waitFor = (ms, then) => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  };
  const idle = () => {
    if (!ask) return wipe();
    ask.showModal();
    waitFor(ASK_MS, wipe);
  };
  const restart = () => {
    if (ask?.open) return;
    for (const run of document.getAnimations()) run.currentTime = 0;
    waitFor(idleMs, idle);
  };
  ask?.addEventListener("close", restart);
  for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, restart, { passive: true });
  restart();
})();
