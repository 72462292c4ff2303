"""axe-core looks at what is on screen: as it is, in the other theme, and on a narrow screen."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
GRAVE = {"serious", "critical"}
LEAVE_OUT = """() => {
  const alike = document.querySelectorAll("tbody > tr:nth-child(n+30), .line:nth-child(n+30)");
  for (const row of alike) row.remove();
}"""
"""Later rows of a list are made by the same templates, and axe takes seconds for hundreds of them."""
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
"""Without preload, for which axe would fetch the style sheets anew; one rule about turned screens needs it."""
COLOURS: dict[str, Any] = {**ALL_RULES, "runOnly": ["color-contrast"]}
"""All that another theme can change."""


@dataclass
class Findings:
    page: Page
    grave: list[str] = field(default_factory=list)
    rules_run: int = 0

    def look_at(self, what: str, *, inside: str = "html") -> None:
        """In both themes and both widths; the page is left wide and light."""
        for width, size in [("narrow", NARROW), ("wide", WIDE)]:
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            for theme, options in [("dark", COLOURS), ("light", ALL_RULES)]:
                self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                self.note(f"{what}, {width}, {theme}", inside, options)

    def note(self, what: str, inside: str, options: dict[str, Any]) -> None:
        self.page.evaluate(LEAVE_OUT)
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        found = self.page.evaluate("how => axe.run(...how)", [{"include": [[inside]]}, options])
        self.rules_run += len(found["passes"])
        self.grave += [
            f"{what}: {violation['id']} at {node['target']}: {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in GRAVE
            for node in violation["nodes"]
        ]
