// Keys for staff who work without a mouse. Every act has a button; without this file nothing is lost.
"use strict";

const OFF = "posko-pintasan-mati";
const isOff = () => localStorage.getItem(OFF) === "1";
const isTyping = (at) => at.closest("input:not([type=checkbox]), textarea, select");
const shown = (key, within) =>
  [...within.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.getClientRects().length);

function step(by) {
  const lines = [...document.querySelectorAll(".queue-ticket")];
  const here = lines.indexOf(document.activeElement);
  const next = lines[Math.min(Math.max(here + by, 0), lines.length - 1)];
  if (next) next.focus();
}

function open(details) {
  for (const other of document.querySelectorAll("details.chooser[open]")) other.open = other === details;
  details.open = true;
  details.querySelector("summary").focus();
}

function use(target) {
  if (target.matches("details")) open(target);
  else if (target.matches("form")) target.querySelector("select, textarea").focus();
  else if (target.matches("input")) target.focus();
  else target.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (isOff() || isTyping(event.target)) return;
  const chooser = document.querySelector("details.chooser[open]");
  if (event.key === "Escape" && chooser) chooser.open = false;
  else if (document.querySelector(".queue-ticket") && "jk".includes(event.key)) step(event.key === "j" ? 1 : -1);
  else {
    const target = (chooser && shown(event.key, chooser.querySelector("form"))) || shown(event.key, document);
    if (!target) return;
    use(target);
  }
  event.preventDefault();
});

const toggle = document.getElementById("pintasan-mati");
if (toggle) {
  const word = () => { toggle.textContent = isOff() ? "Nyalakan pintasan" : "Matikan pintasan"; };
  toggle.hidden = false;
  word();
  toggle.addEventListener("click", () => { localStorage.setItem(OFF, isOff() ? "0" : "1"); word(); });
}
