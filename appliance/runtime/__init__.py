"""Process plumbing: settings, logs, signals and the clock. Knows no SQL."""
