"""Large files between box and city, both ends alike: asking for them piece by piece, keeping them.

`fetching` (pure) decides what to ask next, `folder` keeps files by the hash of their content,
`receiver` joins the two. Does not know what the files are, MQTT, or a database.
"""
