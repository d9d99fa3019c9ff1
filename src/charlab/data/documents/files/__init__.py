"""Reading the files of a user: found, unpacked, decoded."""
