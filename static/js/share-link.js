import { CopyButton } from "./copy-button.js";
import { offsetText } from "./offset-text.js";
import { selection } from "./page-selection.js";
import { position } from "./playhead-position.js";
import { hashOf, placeOfThing } from "./timeline/deep-link.js";

const THINGS = { span: "the span", log: "the log line", raw: "the record" };

/** What a link opens, for whoever gets it. @param {import("./timeline/deep-link.js").Place} place */
export function openedInWords({ ms, turn, ...named }) {
  const [kind] = Object.keys(THINGS).filter((name) => named[name]);
  const thing = kind ? THINGS[kind] : turn ? `turn ${turn}` : "";
  const moment = ms === undefined ? "" : ` at ${offsetText(ms)}`;
  return `It opens this session${moment}${thing && `, with ${thing} selected`}, for whoever may see this project.`;
}

/** Copies a link to what is seen at this moment: the selection and the playhead. */
export class ShareLink extends CopyButton {
  get place() {
    const place = placeOfThing(selection.current);
    if (position.ms > 0) place.ms = position.ms;
    return place;
  }

  get words() {
    return `Link copied. ${openedInWords(this.place)}`;
  }

  get text() {
    const { place } = this;
    return new URL(hashOf(place) || location.pathname + location.search, location.href).href;
  }
}
