"""A newsroom worth looking at: articles of a country that does not exist, and what puts them into the tables."""
