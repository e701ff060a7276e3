"""The AT command language (3GPP 27.005, 27.007, V.250): framing, grammar, commands; no I/O."""
