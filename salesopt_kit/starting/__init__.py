"""Starting an engagement: a ready folder, with the mapping proposed from the exports where there are any."""

from salesopt_kit.starting.folder import Started, start_engagement

__all__ = ["Started", "start_engagement"]
