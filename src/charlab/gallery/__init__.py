"""The pictures of a run: which there are, their files and their page."""
