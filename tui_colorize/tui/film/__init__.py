"""Film in the app: any frame at once, hints that follow what they were put on, playing."""
