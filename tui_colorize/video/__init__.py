"""Film: reading, following hints, colouring and writing video."""
