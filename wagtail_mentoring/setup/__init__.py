"""What a site begins with (groups, rights, themes, texts), and the fictional demo. Imported by commands only."""
