// What a sick renderer does: hangs and leaks.
import { play, scenario } from "./state.js";

const kept = [];

/** Runs for ever if the scenario `hang` is on for this moment: now, load, open or send. */
export function hangIf(moment, phone = null) {
  if (scenario("hang", phone)?.at !== moment) return;
  play("hang", phone);
  // A turn of the event loop, so that what came before (the count of this play, a bubble) gets out.
  setTimeout(() => {
    for (;;);
  }, 20);
}

/** Keeps more memory for every message, if the scenario `leak` is on. */
export function leakForMessage(phone) {
  const leak = play("leak", phone);
  // Filled, because untouched pages cost nothing.
  if (leak) kept.push(new Uint8Array(leak.megabytes * 1024 * 1024).fill(1));
}
