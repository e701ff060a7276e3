"""Files that outlive a power cut, written alike by box and city."""
