"""From files, tables, archives and the web to documents."""
