/** Safari before 18.4 plays no Opus in Ogg; the server makes a copy in AAC when one first asks for it. */

const ASK_AGAIN_MS = 2000;

export function plays(audio, type) {
  return audio.canPlayType(type) !== "";
}

/**
 * The address of the copy once it is there. Rejects with a sentence if it cannot be made.
 * @param {string} source of the original
 * @param {AbortSignal} signal
 */
export async function playableCopy(source, signal) {
  const address = new URL(source, document.baseURI);
  address.searchParams.set("as", "m4a");
  for (;;) {
    const answer = await fetch(address, { method: "HEAD", signal });
    if (answer.status === 200) return address.pathname + address.search;
    if (answer.status !== 202) throw new Error("This browser does not play the recording, and no copy of it could be made.");
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
