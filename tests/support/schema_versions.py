"""The schema of a database, brought to an older or a newer version."""

from collections.abc import Callable

from alembic.config import Config

from memory.db.database import MIGRATIONS, Database


def alembic(database: Database, run: Callable[[Config, str], None], revision: str) -> None:
    """Run one of Alembic's commands on this database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        run(config, revision)
        connection.commit()
