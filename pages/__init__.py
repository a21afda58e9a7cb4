"""The application's pages, one thin file a task."""
