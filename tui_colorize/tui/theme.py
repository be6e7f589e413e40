"""The colours of everything that is not the picture: dark, quiet, one warm accent."""

from textual.theme import Theme

THEME = Theme(
    name="darkroom",
    primary="#e8b86d",
    secondary="#8b93a7",
    accent="#e8b86d",
    foreground="#c9d1e0",
    background="#0d0f14",
    surface="#0d0f14",
    panel="#161a22",
    warning="#e8b86d",
    error="#e06c75",
    success="#8fbf7f",
    dark=True,
    variables={
        "block-cursor-background": "#e8b86d",
        "block-cursor-foreground": "#0d0f14",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#232936",
        "block-cursor-blurred-foreground": "#c9d1e0",
        "input-selection-background": "#5a4a2e",
        "scrollbar": "#2a3040",
        "scrollbar-hover": "#3a4152",
        "scrollbar-active": "#e8b86d",
        "scrollbar-background": "#0d0f14",
        "scrollbar-background-hover": "#0d0f14",
        "scrollbar-background-active": "#0d0f14",
        "scrollbar-corner-color": "#0d0f14",
    },
)
