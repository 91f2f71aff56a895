SUMMARY = "Linux side of firmware made by fwgen"
DESCRIPTION = "Receives the samples of a firmware on the M33 over RPMsg, keeps each one once, and \
puts Linux to sleep when the firmware has agreed."
SECTION = "utils"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://board/LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

# The tree of which this layer is a part.
inherit externalsrc python_hatchling systemd useradd
EXTERNALSRC = "${@os.path.abspath(os.path.join(d.getVar('THISDIR'), '../../../..'))}"
PEP517_SOURCE_PATH = "${S}/board"

SYSTEMD_SERVICE:${PN} = "fwgen-peer.service"
USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "--system gpio"
USERADD_PARAM:${PN} = "--system --home ${localstatedir}/lib/fwgen-peer --no-create-home --user-group --groups gpio fwgen-peer"

do_install:append() {
    install -D -m 0644 ${S}/board/files/fwgen-peer.toml ${D}${sysconfdir}/fwgen-peer.toml
    install -D -m 0644 ${S}/board/files/fwgen-peer.service ${D}${systemd_system_unitdir}/fwgen-peer.service
    install -D -m 0644 ${S}/board/files/70-fwgen-peer.rules ${D}${nonarch_base_libdir}/udev/rules.d/70-fwgen-peer.rules
    install -D -m 0644 ${S}/board/files/10-fwgen-peer.rules ${D}${datadir}/polkit-1/rules.d/10-fwgen-peer.rules
}

FILES:${PN} += "${datadir}/polkit-1 ${nonarch_base_libdir}/udev"

RDEPENDS:${PN} = "python3-cbor2 python3-core python3-datetime python3-fcntl python3-io python3-json \
python3-netclient python3-numbers python3-shell python3-sqlite3 python3-tomllib"
RRECOMMENDS:${PN} = "python3-jeepney"
