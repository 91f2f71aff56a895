################################################################################
#
# fwgen-peer
#
################################################################################

# The tree of which this folder is a part.
FWGEN_PEER_SITE = $(BR2_EXTERNAL_FWGEN_PATH)/../..
FWGEN_PEER_SITE_METHOD = local
FWGEN_PEER_SUBDIR = board
FWGEN_PEER_SETUP_TYPE = pep517
FWGEN_PEER_DEPENDENCIES = host-python-hatchling
FWGEN_PEER_LICENSE = Apache-2.0
FWGEN_PEER_LICENSE_FILES = LICENSE

define FWGEN_PEER_USERS
	fwgen-peer -1 fwgen-peer -1 * /var/lib/fwgen-peer - gpio fwgen-peer service
endef

define FWGEN_PEER_INSTALL_FILES
	$(INSTALL) -D -m 0644 $(@D)/board/files/fwgen-peer.toml \
		$(TARGET_DIR)/etc/fwgen-peer.toml
	$(INSTALL) -D -m 0644 $(@D)/board/files/70-fwgen-peer.rules \
		$(TARGET_DIR)/usr/lib/udev/rules.d/70-fwgen-peer.rules
endef
FWGEN_PEER_POST_INSTALL_TARGET_HOOKS += FWGEN_PEER_INSTALL_FILES

define FWGEN_PEER_INSTALL_INIT_SYSV
	$(INSTALL) -D -m 0755 $(@D)/board/files/S60fwgen-peer \
		$(TARGET_DIR)/etc/init.d/S60fwgen-peer
endef

define FWGEN_PEER_INSTALL_INIT_SYSTEMD
	$(INSTALL) -D -m 0644 $(@D)/board/files/fwgen-peer.service \
		$(TARGET_DIR)/usr/lib/systemd/system/fwgen-peer.service
	$(INSTALL) -D -m 0644 $(@D)/board/files/10-fwgen-peer.rules \
		$(TARGET_DIR)/usr/share/polkit-1/rules.d/10-fwgen-peer.rules
endef

$(eval $(python-package))
