"""From one site file to the files of the operating system, and their safe exchange."""
