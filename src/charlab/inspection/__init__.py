"""What a trained network does inside and how it answers, as arrays: no figure is drawn here."""
