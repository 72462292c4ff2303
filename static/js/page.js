/** What every page loads: each element says itself what it does. */
import { ColumnChoice } from "./column-choice.js";
import { ColumnReadout } from "./column-readout.js";
import { CopyButton } from "./copy-button.js";
import { CopyLines } from "./copy-lines.js";
import { CriticalPath } from "./critical-path.js";
import { DetailsPane } from "./details-pane.js";
import { DownloadData } from "./download-data.js";
import { FileDownload } from "./file-download.js";
import { FilterList } from "./filter-list.js";
import { afterFirstPicture } from "./first-picture.js";
import { registerMorph } from "./htmx-morph.js";
import { ImportFiles } from "./import-files.js";
import { JsonTree } from "./json-tree.js";
import { askAgain } from "./later-parts.js";
import { ListFilters } from "./list-filters.js";
import { LiveStatus } from "./live/live-status.js";
import { LocalTime } from "./local-time.js";
import { ModalQuestion } from "./modal-question.js";
import { PasskeyOffer } from "./passkey-offer.js";
import { PrintButton } from "./print-button.js";
import { RecordRows } from "./record-rows.js";
import { SessionChoice } from "./session-choice.js";
import { SessionSearch } from "./search/session-search.js";
import { SessionView } from "./session-view.js";
import { ShareLink } from "./share-link.js";
import { SpanTree } from "./span-tree.js";
import { TabList } from "./tab-list.js";
import { ThemeChoice } from "./theme-choice.js";
import { tellTimeZone } from "./time-zone.js";
import { SessionTimeline } from "./timeline/session-timeline.js";
import { TranscriptList } from "./transcript-list.js";
import { trustServerHtml } from "./trusted-html.js";
import { noteLeaving, tellUnanswered } from "./unanswered.js";
import { UnsavedChanges } from "./unsaved-changes.js";
import { ViewSwitch } from "./view-switch.js";
import { ViewsButton } from "./views-button.js";

const ELEMENTS = {
  "column-choice": ColumnChoice,
  "column-readout": ColumnReadout,
  "copy-button": CopyButton,
  "copy-lines": CopyLines,
  "critical-path": CriticalPath,
  "details-pane": DetailsPane,
  "download-data": DownloadData,
  "file-download": FileDownload,
  "filter-list": FilterList,
  "import-files": ImportFiles,
  "json-tree": JsonTree,
  "list-filters": ListFilters,
  "live-status": LiveStatus,
  "modal-question": ModalQuestion,
  "passkey-offer": PasskeyOffer,
  "print-button": PrintButton,
  "record-rows": RecordRows,
  "session-choice": SessionChoice,
  "session-search": SessionSearch,
  "session-timeline": SessionTimeline,
  "session-view": SessionView,
  "share-link": ShareLink,
  "span-tree": SpanTree,
  "tab-list": TabList,
  "theme-choice": ThemeChoice,
  "transcript-list": TranscriptList,
  "unsaved-changes": UnsavedChanges,
  "view-switch": ViewSwitch,
  "views-button": ViewsButton,
};

/** Names of zones and months take a browser 50 ms to find, once. */
function tellTimes() {
  customElements.define("local-time", LocalTime);
  tellTimeZone();
}

trustServerHtml();
registerMorph(window.htmx);
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, tellUnanswered);
  document.addEventListener(failure, askAgain);
}
addEventListener("beforeunload", noteLeaving);
for (const [name, element] of Object.entries(ELEMENTS)) customElements.define(name, element);
afterFirstPicture(tellTimes);
