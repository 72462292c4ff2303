// Swagger UI is dark by a class. Runs before the first paint, after theme-first.js has said what was chosen.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const show = () => root.classList.toggle("dark-mode", root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  system.addEventListener("change", show);
  show();
})();
