// What a sick renderer does: hangs and leaks.
import { play, scenario } from "./state.js";

const kept = [];

/** Runs for ever if the scenario `hang` is on for this moment: now, load, open or send. */
export function hangIf(moment, phone = null) {
  const hang = scenario("hang", phone);
  if (hang?.at !== moment) return;
  play("hang", phone);
  // Not at once, so that what came before (the count of this play, a bubble) gets out.
  setTimeout(() => {
    for (;;);
  }, hang.after_ms);
}

/** Keeps more memory for every message, if the scenario `leak` is on. */
export function leakForMessage(phone) {
  const leak = play("leak", phone);
  // Filled, because untouched pages cost nothing.
  if (leak) kept.push(new Uint8Array(leak.megabytes * 1024 * 1024).fill(1));
}
