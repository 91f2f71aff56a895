"""How long the emulated Linux takes."""

from __future__ import annotations

from dataclasses import dataclass, field

from fwgen.backends.idling import IdlePace


@dataclass(frozen=True)
class Pace:
    """How long Linux takes for each action, in us. Round figures, except those of reading.

    `read_us`, `read_ns_per_byte`: no measurement of an STM32MP257 was found. TI publishes the
    round trip between Linux on a Cortex-A53 and a Cortex-M4F over RPMsg (AM64x, Processor SDK, "RP
    Message latency"): 45 us for 1 byte, 285 us for 490. Pace uses half of each, interpolated
    linearly: 3.5 MB/s. ST recommends RPMsg for up to 5 MB/s (wiki, "Exchanging buffers with the
    coprocessor"). A measurement over the tty of an STM32MP157, whose M4 examined every byte, found
    0.1 MB/s (github.com/dimtass/stm32mp1-rpmsg-test).
    `decode_ns_per_sample`: fwgen's decoder takes about 1 us on a PC (`make bench`); five times that
    is assumed for a Cortex-A35. This is an estimate.
    """

    suspend_us: int = 300_000  # from the permission until DDR is closed
    resume_us: int = 200_000  # from the wake-up until the application runs
    undo_us: int = 50_000  # from a wake-up during the suspend until the application runs
    recovery_us: int = 500_000  # from a crash of the firmware that Linux knows until it is loaded
    reboot_ddr_us: int = 2_000_000  # the last part of a reboot, with DDR open
    retry_us: int = 1_000  # until the application writes again what the tty has not taken
    process_us: int = 2_000  # from the receipt of samples until the application has stored them
    read_us: int = 22  # for each read of the tty, from the doorbell to the application
    read_ns_per_byte: int = 245  # added for each byte
    decode_ns_per_sample: int = 5_000  # added for each sample, until the application has them
    idle: IdlePace = field(default_factory=IdlePace)

    def read_takes_us(self, size_bytes: int) -> int:
        return self.read_us + self.read_ns_per_byte * size_bytes // 1000
