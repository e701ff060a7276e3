// The kiosk works without this file but for its own keyboard: it saves page loads on the number pad,
// and counts idleness from the last touch or key instead of from the page's load, and asks before it
// wipes.
(() => {
  "use strict";
  const ASK_MS = 15_000;
  const BEAT_MS = 1000;

  // Whoever watches the browser hears that this page lives and is seen (appliance/screen). Each second
  // a dot that nobody sees changes: while what was painted before does not get on the screen, no frame
  // begins.
  const beatTo = document.currentScript.dataset.beat;
  if (beatTo) {
    const dot = document.body.appendChild(document.createElement("i"));
    dot.style = "position: fixed; top: 0; left: 0; width: 1px; height: 1px";
    let isOdd = false;
    const beat = () => {
      isOdd = !isOdd;
      dot.style.background = `rgb(0 0 0 / ${isOdd ? 0.4 : 0.8}%)`;
      requestAnimationFrame(() => fetch(beatTo).catch(() => {}));
    };
    beat();
    setInterval(beat, BEAT_MS);
  }

  const target = document.querySelector("[data-pad-target]");
  document.querySelector("[data-pad]")?.addEventListener("click", (event) => {
    const key = event.target.closest("button")?.value;
    if (!key || !target) return;
    event.preventDefault();
    const digits = target.value.replace(/\D/g, "");
    const typed = key === "del" ? digits.slice(0, -1) : (digits + key).slice(0, Number(target.dataset.max));
    target.value = "grouped" in target.dataset ? typed.match(/\d{1,4}/g)?.join("-") ?? "" : typed;
  });

  // The keyboard types where the caret is; a touch must not take the caret away.
  const field = document.querySelector("[data-keys-target]");
  const layers = [...document.querySelectorAll("[data-layer]")];
  const erase = (from, to) => field.setRangeText("", Math.max(0, from === to ? from - 1 : from), to, "end");
  const turn = (button) => {
    for (const layer of layers) layer.hidden = !layer.hidden;
    button.textContent = layers.find((layer) => layer.hidden).dataset.layer;
  };
  for (const button of document.querySelectorAll("[data-key]")) {
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      const { key } = button.dataset;
      const [from, to] = [field.selectionStart, field.selectionEnd];
      if (key === "layer") turn(button);
      else if (key === "del") erase(from, to);
      else field.setRangeText(key, from, to, "end");
      field.scrollTop = field.scrollHeight;
    });
  }
  field?.setSelectionRange(field.value.length, field.value.length);

  // A scanner types the address on a slip, or its number, and Enter: wherever the focus is.
  if (document.querySelector("[data-takes-scan]")) {
    let typed = "";
    addEventListener("keydown", (event) => {
      if (event.key.length === 1) typed = (typed + event.key).slice(-300);
      if (event.key !== "Enter") return;
      const [, number] = typed.match(/(?:^|\/tiket\/)(\d{8})$/) ?? [];
      typed = "";
      if (!number) return;
      event.preventDefault();
      location.assign(`/status?tiket=${number}`);
    });
  }

  // What the screen says aloud, once more.
  document.querySelector("[data-play]")?.addEventListener("click", () => {
    const prompt = document.querySelector("[data-prompt]");
    prompt.currentTime = 0;
    prompt.play();
  });

  // While something goes on (a slip is printed, a modem tried), look every second until it has ended.
  const waits = document.querySelector("[data-waits]");
  if (waits) {
    const mark = `data-waits="${waits.dataset.waits}"`;
    setInterval(async () => {
      try {
        const page = await (await fetch(location.href)).text();
        if (!page.includes(mark)) location.reload();
      } catch {} // the server restarts; the next look will tell
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
