from django.contrib.admin import apps


class OperatorsAdmin(apps.AdminConfig):
    """Apart from the site, which needs the models that are only loaded after this."""

    default_site = "config.admin_site.OperatorsSite"
