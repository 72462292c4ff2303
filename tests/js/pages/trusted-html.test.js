import assert from "node:assert/strict";
import { test } from "node:test";

import { trustedHtml, trustServerHtml } from "../../../static/js/trusted-html.js";

const READING = "Document parseHTMLUnsafe";

test("what htmx reads passes as it is", () => {
  const html = '<tr id="a"><td>&lt;script&gt;alert(1)&lt;/script&gt;</td></tr>';
  assert.equal(trustedHtml(html, "TrustedHTML", READING), html);
  assert.equal(trustedHtml(html, "TrustedHTML", "DOMParser parseFromString"), html);
});

for (const sink of ["Element innerHTML", "Element insertAdjacentHTML", "HTMLIFrameElement srcdoc", "Document write"]) {
  test(`${sink} is refused`, () => {
    assert.equal(trustedHtml("<b>harmless</b>", "TrustedHTML", sink), null);
  });
}

for (const html of ["<script>", "<SCRIPT src=x>", "<p><iframe srcdoc=x>", "<base href=//x>", "<style>*{}</style>", "<object>"]) {
  test(`${html} is no part of a page of ours`, () => {
    assert.equal(trustedHtml(html, "TrustedHTML", READING), null);
  });
}

test("elements that only begin alike pass", () => {
  for (const html of ["<svg><title>Bars</title></svg>", "<basement></basement>", "<local-time></local-time>"]) {
    assert.equal(trustedHtml(html, "TrustedHTML", READING), html);
  }
});

test("the policy makes no scripts and no addresses of scripts", () => {
  const made = [];
  trustServerHtml({ createPolicy: (name, rules) => made.push([name, Object.keys(rules)]) });
  trustServerHtml(null);
  assert.deepEqual(made, [["default", ["createHTML"]]]);
});
