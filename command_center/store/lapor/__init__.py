"""What SP4N-LAPOR! knows, is to be told and has told."""
