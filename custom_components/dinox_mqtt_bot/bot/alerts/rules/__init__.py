"""Alert rules as text: read, written, named, doubted and rehearsed."""
