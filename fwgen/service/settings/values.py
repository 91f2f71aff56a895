"""The values of the settings: what each key accepts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple

from fwgen.service.power.sysfs import MODES, MOST_ALARM_S
from fwgen.wire.log_format import CHANNELS_MAX, WIDTH_MAX

_NUMBER: Final = re.compile(r"\s*(\d{1,15}(?:\.\d{1,15})?)\s*([A-Za-z]+)\s*")
_DURATIONS: Final = {
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
_SIZES: Final = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_LEAST_KEPT_US: Final = 1_000_000
_MOST_KEPT_US: Final = 36_525 * 86_400_000_000
_LEAST_SIZE: Final = 1 << 20
_LEAST_DEBOUNCE_US: Final = 1_000
_MOST_DEBOUNCE_US: Final = 10_000_000
_MOST_DIGITS: Final = 60
_MOST_SHOWN: Final = 60
_MOST_CLIENT_ID_BYTES: Final = 65_535
"""MQTT 3.1.1, 1.5.3. Each broker accepts 23 letters and digits (3.1.3.1)."""
_MOST_SOCKET_BYTES: Final = 107
"""Of the path of a local socket (unix(7))."""


def shown(value: object, most: int = _MOST_SHOWN) -> str:
    """Return a value as an error shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return repr(value) if len(value) <= most else f"{value[:most]!r}..."
    if isinstance(value, int):
        return str(value) if abs(value) < 10**_MOST_SHOWN else "a number with too many digits"
    if isinstance(value, float):
        return str(value)
    kinds: dict[type, str] = {list: "a list", dict: "a table"}
    return kinds.get(type(value), "a date or time")


def unfit(expected: str, value: object) -> ValueError:
    return ValueError(f"expected {expected}, found {shown(value)}")


def text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise unfit("a text", value)
    if re.search(r"[\0-\x1f\x7f]", value):
        raise unfit("a text without control characters", value)
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise unfit("a list of texts", value)
    return tuple(map(_device, value))


def _device(value: object) -> str:
    if text(value) in (".", "..") or "/" in text(value):
        raise unfit("a device's name, as in /sys/bus/platform/devices", value)
    return text(value)


def file_path(value: object) -> Path:
    """Return the path of a file, which need not be there."""
    if not text(value).startswith("/"):
        raise unfit("an absolute path", value)
    path = Path(text(value))
    is_there = os.path.isdir(path)  # noqa: PTH112  Path.is_dir raises what this does not
    if path.name in ("", "..") or text(value).endswith(("/", "/.")) or is_there:
        raise ValueError(f"expected a file, found {shown(value, 200)}, which is a folder")
    return path


def _socket(value: object) -> Path | None:
    if value == "":
        return None
    path = file_path(value)
    if len(os.fsencode(path)) > _MOST_SOCKET_BYTES:
        raise unfit(f"a path of at most {_MOST_SOCKET_BYTES} bytes", value)
    return path


def _host(value: object) -> str:
    """Return the name or address of a host, or the path of a local socket."""
    if text(value).startswith("/"):
        return str(_socket(value))
    if not re.fullmatch(r"[\w-][\w.-]*|[0-9a-fA-F.]*(:[0-9a-fA-F.]*){2,}(%[\w.-]+)?", text(value)):
        raise unfit("a host without a scheme and a port, or a local socket's path", value)
    return text(value)


def _topic(value: object) -> str:
    topic = text(value)
    if "+" in topic or "#" in topic or topic.startswith("$"):
        raise unfit("a topic without `+`, `#` and a `$` in front", value)
    return topic


def _client_id(value: object) -> str:
    if len(text(value).encode()) > _MOST_CLIENT_ID_BYTES:
        raise unfit(f"a text of at most {_MOST_CLIENT_ID_BYTES} bytes", value)
    return text(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise unfit("true or false", value)
    return value


def _hash(value: object) -> bytes:
    if not isinstance(value, str) or not re.fullmatch("[0-9a-fA-F]{16}", value):
        raise unfit("16 hexadecimal digits", value)
    return bytes.fromhex(value)


def _quantity(value: object, units: Mapping[str, int], what: str) -> int:
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[2] not in units:
        raise unfit(f"{what} (units: {', '.join(units)})", value)
    return round(float(found[1]) * units[found[2]])


def _duration_us(value: object) -> int:
    return _quantity(value, _DURATIONS, "a duration such as '30 d'")


def alarm_s(value: object) -> int:
    """Return the seconds of a text such as "12 h". Raises ValueError."""
    seconds = _duration_us(value) // 1_000_000
    if not 1 <= seconds <= MOST_ALARM_S:
        raise unfit(f"1 s to {MOST_ALARM_S // 86_400} d", value)
    return seconds


def _keep_us(value: object) -> int:
    if not _LEAST_KEPT_US <= (kept_us := _duration_us(value)) <= _MOST_KEPT_US:
        raise unfit("1 s to 36525 d", value)
    return kept_us


def _debounce_us(value: object) -> int:
    if not _LEAST_DEBOUNCE_US <= (debounce_us := _duration_us(value)) <= _MOST_DEBOUNCE_US:
        raise unfit("1 ms to 10 s", value)
    return debounce_us


def _size_bytes(value: object) -> int:
    size = _quantity(value, _SIZES, "a size such as '512 MiB'")
    if size < _LEAST_SIZE:
        raise unfit("at least 1 MiB", value)
    return size


def _whole(value: object, what: str, most: int) -> int:
    """Return a whole number from 1 on. To Python true is 1, to TOML it is not."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise unfit(f"{what}1 to {most}", value)
    return value


def _port(value: object) -> int:
    return _whole(value, "a port, ", 65_535)


def _bits(value: object) -> int:
    return _whole(value, "", WIDTH_MAX)


def _name(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[\w-]+", value):
        raise unfit("a word of letters, digits and `-`", value)
    return value


def _unit(value: object) -> str:
    return "" if value == "" else text(value)


def _channels(value: object) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= CHANNELS_MAX:
        found = f"{len(value)}" if isinstance(value, list) else shown(value)
        raise ValueError(f"expected a list of 1 to {CHANNELS_MAX} tables, found {found}")
    return value


def _number(value: object) -> Fraction:
    """Return the number of a text such as "0.01" or "1/3", or of a number."""
    try:
        written = str(value)
        if len(written) > _MOST_DIGITS or re.search(r"[eE][-+]?\d{3}", written):
            raise ValueError
        return Fraction(written)
    except (ValueError, ZeroDivisionError):
        raise unfit('a number such as "0.01"', value) from None


def _resolution(value: object) -> Fraction:
    if not (number := _number(value)):
        raise unfit("a number that is not 0", value)
    return number


def _one_of(*words: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in words:
            raise unfit(f"one of {', '.join(words)}", value)
        return str(value)

    return check


class Kind(NamedTuple):
    """What a key accepts. `check` raises ValueError; `example`: a value as in TOML."""

    check: Callable[[object], Any]
    example: str


Kinds = Mapping[str, Kind]
TOP: Final[Kinds] = {
    "channel": Kind(text, '"rpmsg-tty"'),
    "tty": Kind(file_path, '"/dev/ttyRPMSG0"'),
    "spec": Kind(_hash, '"0011223344556677"'),
    "hold_latency": Kind(flag, "true"),
    "socket": Kind(_socket, '"/run/fwgen-peer/socket"'),
    "firmware_devices": Kind(_texts, '["46040000.i2c"]'),
    "mailbox": Kind(_device, '"40490000.mailbox"'),
}
SLEEP: Final[Kinds] = {
    "by": Kind(_one_of("auto", "helper", "logind"), '"auto"'),
    "unacknowledged": Kind(_one_of("refuse", "allow"), '"refuse"'),
    "alarm": Kind(alarm_s, '"12 h"'),
    "mode": Kind(_one_of(*MODES), '"deep"'),
}
BUTTON: Final[Kinds] = {
    "line": Kind(text, '"User-1"'),
    "debounce": Kind(_debounce_us, '"30 ms"'),
    "active_low": Kind(flag, "true"),
}
SENSOR: Final[Kinds] = {
    "name": Kind(_name, '"climate"'),
    "channels": Kind(_channels, '[{name = "humidity", bits = 10}]'),
}
CHANNEL: Final[Kinds] = {
    "name": Kind(_name, '"humidity"'),
    "unit": Kind(_unit, '"%"'),
    "bits": Kind(_bits, "10"),
    "resolution": Kind(_resolution, '"0.1"'),
    "offset": Kind(_number, '"-40"'),
}
_REQUIRED: Final = Kind(flag, "true")
SINKS: Final[Mapping[str, Kinds]] = {
    "sqlite": {
        "file": Kind(file_path, '"/var/lib/fwgen-peer/samples.sqlite"'),
        "keep": Kind(_keep_us, '"30 d"'),
        "most": Kind(_size_bytes, '"1 GiB"'),
        "required": _REQUIRED,
    },
    "csv": {
        "file": Kind(file_path, '"/var/lib/fwgen-peer/samples.csv"'),
        "required": _REQUIRED,
    },
    "json": {"required": _REQUIRED},
    "mqtt": {
        "host": Kind(_host, '"broker.example"'),
        "port": Kind(_port, "1883"),
        "topic": Kind(_topic, '"fwgen-peer/samples"'),
        "client_id": Kind(_client_id, '"board-7"'),
        "user": Kind(text, '"board"'),
        "password_file": Kind(file_path, '"/etc/fwgen-peer.password"'),
        "ca": Kind(file_path, '"/etc/ssl/certs/ca.pem"'),
        "required": _REQUIRED,
    },
}
