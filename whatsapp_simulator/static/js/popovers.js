// Where popovers are put, outside #app (§12.5).
import { element } from "./skin.js";

let bucket = null;

export function popoversBucket() {
  bucket ??= element("div", { id: "wa-popovers-bucket" });
  if (!bucket.isConnected) document.body.append(bucket);
  return bucket;
}
