"""A wrong Linux: its application suspends without asking the firmware for sleep."""


def change(usual: type) -> type:
    class SuspendsWithoutAsking(usual):
        def _obey(self, order: str) -> None:
            if order == "suspend":
                self._suspend()
            else:
                super()._obey(order)

    return SuspendsWithoutAsking
