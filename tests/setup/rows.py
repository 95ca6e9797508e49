"""How many rows every table has, to show that something changed nothing."""

from django.apps import apps


def row_counts() -> dict[str, int]:
    """Return the number of rows by model, for all models of all apps but the search index's own."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.managed and model._meta.app_label not in ("wagtailsearch", "sessions")
    }
