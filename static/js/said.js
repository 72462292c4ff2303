const STAYS_MS = 5000;
let timer = 0;

/** Says a sentence to everybody: in the corner for the eye, in the page's live region for the ear. The next takes its place. */
export function say(words) {
  const notices = document.querySelector(".notices");
  notices.querySelector("[data-said]")?.remove();
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.dataset.said = "";
  notice.textContent = words;
  notices.append(notice);
  clearTimeout(timer);
  timer = setTimeout(() => notice.remove(), STAYS_MS);
}
