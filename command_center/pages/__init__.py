"""The pages of the staff: parse, act, render; and the words they are told in."""
