// Sets the theme before the first paint, so that a dark page never flashes white. Not a module: modules run later.
try {
  const { theme } = JSON.parse(localStorage.getItem("tapehead.preferences")) ?? {};
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Nothing is stored: the system's theme.
}
