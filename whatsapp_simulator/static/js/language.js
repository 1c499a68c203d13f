// The page's language (§11.5). Its words are baked in by the server; what the page keeps decides the next load, and
// the phone's language wins after a sync.
import boot from "/_sim/boot.js";
import { skin } from "./skin.js";
import { state } from "./state.js";

const PHONE = "WALangPhonePref";
const OWN = "WALangPref";
const MISMATCH = "WALangPrefDidMismatchWithCookie";
const COOKIE = "wa_web_lang_pref";
const FOUR_WEEKS = 4 * 7 * 24 * 3600;

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
};
const write = (key, value) => localStorage.setItem(key, JSON.stringify(value));
const setCookie = (tag) => (document.cookie = `${COOKIE}=${tag}; path=/; max-age=${FOUR_WEEKS}`);
const base = (tag) => tag.split("_")[0].toLowerCase();

let outOfSync = false;

/** The banner "Language out of sync", in the phone's language, or null. */
export const languageBanner = () => (outOfSync ? boot.phone_banner : null);

/** At the start: page and preference differ → the cookie is set and the page loads once more, but only once. */
export function settleLanguage() {
  if (!state.settings.lang_by_cookie) return;
  const preferred = read(PHONE) ?? read(OWN);
  if (!preferred) {
    write(OWN, boot.lang_tag);
  } else if (base(preferred) === skin.lang) {
    write(MISMATCH, false);
  } else if (!read(MISMATCH)) {
    setCookie(preferred);
    write(MISMATCH, true);
    setTimeout(() => location.reload(), state.settings.lang_reload_ms);
  }
  followPhone();
}

/** The sync sends the phone's language: kept for the next load, and shown in a banner. */
function followPhone() {
  const phone = boot.phone_tag;
  if (!phone) return;
  write(PHONE, phone);
  setCookie(phone);
  outOfSync = base(phone) !== skin.lang;
}
