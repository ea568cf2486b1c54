"""Files turned into values: bid folders, price sheets, offers, and (later) published RCs."""
