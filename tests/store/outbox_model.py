"""The outbox, said slowly."""

from custom_components.dinox_mqtt_bot.bot.model.status import Delivery

ORDER = [Delivery.QUEUED, Delivery.SENT, Delivery.RECEIVED, Delivery.READ]


class OutboxModel:
    """Notices as a list of [id, contact, chain, state], in the order they were put."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []

    def state(self, number: int) -> str:
        return next((row[3] for row in self.rows if row[0] == f"n{number}"), "")

    def put(self, name: str, contact: str, replaces: str, state: str = "queued") -> None:
        for row in self.rows:
            if state == "queued" and replaces and row[2] == replaces and row[3] == "queued":
                row[3] = "superseded"
        self.rows.append([name, contact, replaces, state])

    def release(self, name: str) -> None:
        (released,) = (row for row in self.rows if row[0] == name)
        released[3] = "queued"
        rivals = [row for row in self.rows if released[2] and row[2] == released[2] and row[3] == "queued"]
        for row in rivals[:-1]:
            row[3] = "superseded"

    def drop(self, name: str) -> None:
        self.rows = [row for row in self.rows if row[0] != name]

    def mark(self, name: str, delivery: Delivery) -> None:
        index = next((i for i, row in enumerate(self.rows) if row[0] == name), None)
        if index is None or not self._may(self.rows[index], delivery):
            return
        self.rows[index][3] = delivery.value
        if delivery is Delivery.READ:
            self.read(self.rows[:index], self.rows[index][1])

    def read(self, rows: list[list[str]], contact: str) -> None:
        for row in rows:
            if row[3] in {"sent", "received"} and contact in {"", row[1]}:
                row[3] = "read"

    def counts(self) -> tuple[int, int]:
        states = [row[3] for row in self.rows]
        return states.count("queued"), states.count("sent") + states.count("received")

    @staticmethod
    def _may(row: list[str], delivery: Delivery) -> bool:
        _, contact, chain, state = row
        if delivery is Delivery.FAILED:
            return state in {"held", "queued", "sent"}
        if contact == "notify.phone":
            return delivery is Delivery.ACCEPTED and state == "queued"
        if delivery is Delivery.ACCEPTED:
            return False
        if delivery is Delivery.QUEUED:
            return state == "sent" and not chain
        return state in ORDER and ORDER.index(delivery) > ORDER.index(Delivery(state))
