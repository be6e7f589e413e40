"""The terminal application. Only this package knows Textual."""
