"""Who works on a case at the city until when: dispositions, reminders, and the telephone."""
