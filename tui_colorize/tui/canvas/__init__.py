"""The picture with its cursor and its hints: one widget, one painter for each kind of terminal."""
