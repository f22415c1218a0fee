"""Alembic's scripts, one a state of the tables; never edited once released."""
