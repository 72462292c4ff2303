"""`/api/schema/` and `/api/docs/`, the latter under the same content security policy as every page."""

from typing import Any

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    api_version: Any = "v1"


class Docs(SpectacularSwaggerSplitView):
    """Its own template, because the library's has a style in the page."""

    template_name = "api/docs.html"
    url_name = "api:schema"
