/** Small frames come as text, large ones as gzip. */
export async function readFrame(data) {
  if (typeof data === "string") return JSON.parse(data);
  const inflated = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(inflated).json();
}
