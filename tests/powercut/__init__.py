"""What a power cut leaves: a recorder of real writes, and a disk that replays them up to a cut."""
