import { HELP } from "./keyboard-map.js";

/** Fills and opens the list of keys. @param {HTMLDialogElement} dialog */
export function openHelp(dialog) {
  const list = dialog.querySelector("dl");
  if (!list.childElementCount) list.append(...HELP.flatMap(helpLine));
  if (!dialog.open) dialog.showModal();
}

function helpLine({ keys, does }) {
  const name = document.createElement("dt");
  for (const key of keys) name.appendChild(document.createElement("kbd")).textContent = key;
  const words = document.createElement("dd");
  words.textContent = does;
  return [name, words];
}
