import { CopyButton } from "./copy-button.js";
import { selection } from "./page-selection.js";
import { position } from "./playhead-position.js";
import { hashOf, placeOfThing } from "./timeline/deep-link.js";

/** Copies a link to what is seen at this moment: the selection and the playhead. */
export class ShareLink extends CopyButton {
  get text() {
    const place = placeOfThing(selection.current);
    if (position.ms > 0) place.ms = position.ms;
    return new URL(hashOf(place) || location.pathname + location.search, location.href).href;
  }
}
