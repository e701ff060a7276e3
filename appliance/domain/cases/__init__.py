"""Service requests: what each is, how grave, who answers for it, and until when."""
