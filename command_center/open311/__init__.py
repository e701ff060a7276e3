"""Open311 GeoReport v2 at the city (docs/open311.md): mapping is pure, `views` is the edge."""
