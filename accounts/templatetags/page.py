"""What every template may use: icons, and the map that leads modules to their hashed files."""

import json

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """A drawing of static/icons.svg, silent to screen readers: a word stands beside it, or a label on its button."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f"icon {extra_class}".strip(),
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def modules(context: Context) -> SafeString:
    """Lead each module's plain URL to its hashed one, so that sources keep plain relative imports; and have all fetched
    at once, or each level of imports would wait for the one above it.
    """
    hashed = getattr(staticfiles_storage, "hashed_files", {})
    base = settings.STATIC_URL
    imports = {base + name: base + target for name, target in hashed.items() if is_module(name)}
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>{}',
        getattr(context.get("request"), "csp_nonce", ""),
        mark_safe(json.dumps({"imports": imports}).replace("<", "\\u003c")),  # noqa: S308  (our own file names, no "<")
        format_html_join("", '<link rel="modulepreload" href="{}">', ([url] for url in imports.values())),
    )


def is_module(name: str) -> bool:
    return name.startswith("js/") and name != "js/theme-first.js"
