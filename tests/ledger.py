"""What the ledger holds, looked at past its own methods, and the steps of a delivery that has one message."""

from datetime import datetime

from sqlalchemy import select

from storage.deliveries import Deliveries
from storage.ledger import DeliveriesReader
from storage.records import Cadence, Destination, PaperId
from storage.schema import posted_papers as table


async def posted_papers(
    ledger: DeliveriesReader, destination: Destination, cadence: Cadence = Cadence.DAILY
) -> set[PaperId]:
    """The papers that were posted there or are on their way."""
    mine = (table.c.destination == destination, table.c.cadence == str(cadence))
    return set(await ledger._connection.scalars(select(table.c.paper_id).where(*mine)))


async def note_message(ledger: Deliveries, delivery_id: int, part: int, message_id: int, *, at: datetime) -> bool:
    """One of a delivery's messages is there, and is not to be crossposted."""
    return await ledger.message_sent(delivery_id, part, message_id=message_id, at=at, publish=False)


async def note_sent(ledger: Deliveries, delivery_id: int, *, message_id: int, at: datetime) -> bool:
    """The first message of a delivery is there, and there are no others."""
    await note_message(ledger, delivery_id, 0, message_id, at=at)
    return await ledger.sent(delivery_id, at=at)
