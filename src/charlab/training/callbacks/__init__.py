"""What happens around training: saving, showing, drawing. Lightning calls these."""
