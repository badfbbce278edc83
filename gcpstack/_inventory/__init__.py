"""The inventory: what live state can't tell, kept in one small object. It holds no secret."""
