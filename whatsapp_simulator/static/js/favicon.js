// The page's icon: its error form says without words that the account is not at work here (§11.7).
const WITH_ERROR = new Set([
  "use_here",
  "call_takeover",
  "service_unavailable",
  "temporary_ban",
  "offline_screen",
  "proxy_blocked",
  "terms_block",
]);

/** `screen`: name of the full-screen state, null for none. */
export function showFavicon(screen) {
  const link = document.getElementById("favicon");
  const href = WITH_ERROR.has(screen) ? "/favicon-error2.ico" : "/favicon.ico";
  if (link && link.getAttribute("href") !== href) link.setAttribute("href", href);
}
