"""Process plumbing: settings, logs, signals, the clock and the kernel's tables. Knows no SQL."""
