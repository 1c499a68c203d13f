// What `:` and at least two characters find. A small part of the real list; the names are the usual short ones.
const NAMES = {
  smile: "😄", smiley: "😃", smirk: "😏", smiling: "😊", grin: "😁", joy: "😂", laughing: "😆", wink: "😉",
  heart: "❤️", heart_eyes: "😍", kiss: "😘", cry: "😢", sob: "😭", angry: "😠", thinking: "🤔", cool: "😎",
  fire: "🔥", first: "🥇", fish: "🐟", five: "5️⃣", flag: "🏁", flower: "🌸", star: "⭐", sun: "☀️", moon: "🌙",
  thumbsup: "👍", thumbsdown: "👎", ok_hand: "👌", ok: "🆗", clap: "👏", pray: "🙏", wave: "👋", point_up: "☝️",
  party: "🥳", tada: "🎉", cake: "🎂", gift: "🎁", check: "✅", cross: "❌", warning: "⚠️", question: "❓",
  phone: "📱", email: "📧", link: "🔗", lock: "🔒", key: "🔑", money: "💰", car: "🚗", dog: "🐶", cat: "🐱",
  pizza: "🍕", coffee: "☕", beer: "🍺", rocket: "🚀", clock: "🕐", calendar: "📅", home: "🏠", sick: "🤒",
  sleeping: "😴", scream: "😱", hundred: "💯", eyes: "👀", no: "🚫", yes: "✅", note: "🎵", new: "🆕",
}; // prettier-ignore

const MOST = 10;

/** `{ label, insert }` for every name that begins so. */
export function emojiNamed(words) {
  const low = words.toLowerCase();
  const names = Object.keys(NAMES).filter((name) => name.startsWith(low));
  return names.slice(0, MOST).map((name) => ({ label: `${NAMES[name]} ${name}`, insert: NAMES[name] }));
}
