"""Films of which something is missing."""

from __future__ import annotations

SIZE = (120, 40)


async def test_a_film_that_was_cut_off_is_opened_with_a_warning(open_film, settled, film, said):
    """It is shown as far as it goes, and a sentence tells that there was more."""
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 9 // 10])
    async with open_film().run_test(size=SIZE) as pilot:
        app = await settled(pilot)
        (warning,) = said(app, "warning")
        assert "reel.mkv is incomplete: its end is missing" in warning
        assert 1 < app.source.film.count < 60


async def test_a_whole_film_is_opened_without_a_warning(open_film, settled, said):
    """Nothing is missing, nothing is said."""
    async with open_film().run_test(size=SIZE) as pilot:
        assert said(await settled(pilot), "warning") == []
