"""A database engine for when DATABASE_URL is not set: says so when first asked."""
