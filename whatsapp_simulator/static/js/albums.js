// Pictures that share one row (§12.12): the page puts them together by itself, also those that were sent one by one.
const FEWEST = 4;
const SECONDS_APART = 600;

const stands = ({ text, attachments, quoted }) =>
  !text && !quoted && attachments?.length === 1 && ["image", "video"].includes(attachments[0].kind);

const goesOn = (message, next) =>
  stands(message) && stands(next) && message.mine === next.mine && next.at - message.at <= SECONDS_APART;

/** The messages of each row, oldest first: one, or those of an album. */
export function rowsOf(messages) {
  const runs = [];
  messages.forEach((message, index) => {
    if (index && goesOn(messages[index - 1], message)) runs.at(-1).push(message);
    else runs.push([message]);
  });
  return runs.flatMap((run) => (run.length < FEWEST ? run.map((message) => [message]) : [run]));
}

/** Whether the newest message belongs to an album: then older rows are not what they were. */
export const endsInAlbum = (messages) => (rowsOf(messages.slice(-FEWEST)).at(-1)?.length ?? 0) > 1;
