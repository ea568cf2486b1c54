"""The centre: the rules of public procurement, pure. No Django, network, database or clock."""
