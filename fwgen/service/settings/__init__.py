"""The service's settings: a TOML file, all of it optional.

    channel = "rpmsg-tty"                 # name of the firmware's RPMsg channel
    tty = "/dev/ttyRPMSG0"                # instead of looking for the channel's tty
    spec = "0011223344556677"             # hash of the spec; without it any firmware is accepted
    hold_latency = false                  # for a spec with `rings: sram2`; the default is true
    socket = "/run/fwgen-peer/socket"     # for the other commands; "" if none is wanted
    firmware_devices = ["46040000.i2c"]   # devices that Linux must leave to the firmware (doctor)
    mailbox = "40490000.mailbox"          # device by which the firmware wakes Linux (doctor); the
                                          # default is each platform device *.mailbox

    [sleep]
    by = "helper"                         # who suspends Linux: "helper" (`fwgen-peer suspend`),
                                          # "logind", or "auto": logind where it is there
    unacknowledged = "refuse"             # or "allow": suspend also if the firmware does not agree
    alarm = "12 h"                        # the helper lets the RTC end each sleep after this
    mode = "deep"                         # or "s2idle": the helper writes it to mem_sleep

    [button]                              # puts Linux to sleep; needs gpiod
    line = "User-1"                       # name of the GPIO line, as gpioinfo shows it
    debounce = "30 ms"                    # 1 ms to 10 s
    active_low = true

    [[sensors]]                           # without it: one range sensor, distances in mm
    name = "climate"                      # of two sensors each has a table and a name
    channels = [                          # as `fwgen generate` writes them to fragments/
      {name = "ambient-temp", unit = "°C", bits = 14, resolution = "0.01", offset = "-40"},
      {name = "humidity", unit = "%", bits = 10, resolution = "0.1"},
    ]

    [sinks.sqlite]
    file = "/var/lib/fwgen-peer/samples.sqlite"
    keep = "30 d"                         # remove samples older than this; 1 s to 100 years
    most = "1 GiB"                        # remove the oldest samples above this; at least 1 MiB
    required = true                       # acknowledge only what this sink has stored

    [sinks.csv]
    file = "/var/lib/fwgen-peer/samples.csv"

    [sinks.json]                          # JSON lines on standard output

    [sinks.mqtt]                          # needs paho-mqtt
    host = "broker.example"               # or the path of a local socket
    port = 1883
    topic = "fwgen-peer/samples"
    client_id = "board-7"                 # each board needs its own; the default is random
    user = "board"
    password_file = "/etc/fwgen-peer.password"
    ca = "/etc/ssl/certs/ca.pem"          # with TLS
    required = false                      # true: samples wait in the firmware while it is away

Without a table of sinks there is the SQLite database.
"""

from fwgen.service.settings.model import (
    DATABASE,
    DEFAULT_FILE,
    SOCKET,
    Settings,
    SinkSettings,
    SleepSettings,
)
from fwgen.service.settings.read import load, parse, two_uses
from fwgen.service.settings.values import alarm_s, file_path

__all__ = [
    "DATABASE",
    "DEFAULT_FILE",
    "SOCKET",
    "Settings",
    "SinkSettings",
    "SleepSettings",
    "alarm_s",
    "file_path",
    "load",
    "parse",
    "two_uses",
]
