"""What DATABASE_URL may say, and what it is told when it says something else."""

import pytest

from storage.address import Address
from storage.errors import StorageError


@pytest.mark.parametrize(
    ("text", "driver", "shown"),
    [
        ("sqlite+aiosqlite:///data/paperboy.db", "sqlite+aiosqlite", "data/paperboy.db"),
        ("sqlite:////var/lib/paper boy.db", "sqlite+aiosqlite", "/var/lib/paper boy.db"),
        ("postgresql://me:secret@db/paperboy", "postgresql+asyncpg", "postgresql+asyncpg://me:***@db/paperboy"),
        ("postgres://db/paperboy", "postgresql+asyncpg", "postgresql+asyncpg://db/paperboy"),
        ("postgresql+asyncpg://me@db:6432/p", "postgresql+asyncpg", "postgresql+asyncpg://me@db:6432/p"),
        (
            "postgres://db/p?sslmode=require&application_name=x",
            None,
            "The address has a parameter that is not known: application_name",
        ),
        ("postgres://db/p?sslmode=require", "postgresql+asyncpg", "postgresql+asyncpg://db/p?ssl=require"),
        ("mysql://db/paperboy", None, "does not speak mysql://"),
        ("postgresql+psycopg2://db/paperboy", None, "does not speak postgresql[+]psycopg2://"),
        ("data/paperboy.db", None, "is not the address of a database"),
        ("", None, "is not the address of a database"),
        ("sqlite://", None, "needs the path of a file"),
        ("sqlite:///:memory:", None, "needs the path of a file"),
        ("sqlite:///paperboy.db?mode=ro", None, "and nothing else"),
        ("postgresql://db", None, "names no database"),
    ],
)
def test_an_address_is_read_or_refused_with_what_to_write(text: str, driver: str | None, shown: str) -> None:
    if driver is None:
        with pytest.raises(StorageError, match=shown):
            Address.parse(text)
        return
    address = Address.parse(text)
    assert address.url.drivername == driver
    assert str(address) == repr(address) == shown
    assert (address.file is not None) == driver.startswith("sqlite")


@pytest.mark.parametrize("text", ["mysql://me:s3cret@db/p", "postgresql://me:s3cret@db/", "me:s3cret@db"])
def test_a_refusal_does_not_repeat_the_password(text: str) -> None:
    with pytest.raises(StorageError) as refusal:
        Address.parse(text)
    assert "s3cret" not in str(refusal.value)
