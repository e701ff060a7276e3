"""The touch screen's browser, whoever's pages it shows: how it is started, and watched."""
