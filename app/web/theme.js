// Before the first paint, so that nobody who chose dark is shown a flash of light. Not a module: those wait.
try {
  const { theme } = JSON.parse(localStorage.getItem("tapehead.choices")) ?? {};
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // no choice: the system's
}
