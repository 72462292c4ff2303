"""What every template may use: icons."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
