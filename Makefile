# ungrant: build, tests, demo. Everything lands under $(BUILD); V=1 shows the commands.

BUILD   ?= build
CC      ?= cc
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX  ?= /usr/local
DESTDIR ?=

VERSION := 0.1.0
PKGS    := yara libxml-2.0 libarchive libcjson libcrypto

WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror
HARDEN  ?= -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2 -fPIE
CFLAGS  ?= -O2 -g
LDHARD  ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--build-id=none
# Reproducible: no paths of the building machine in the binary.
REPRO   := -ffile-prefix-map=$(CURDIR)=. -Wdate-time

PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS   = $(shell pkg-config --libs $(PKGS))
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DUNGRANT_VERSION='"$(VERSION)"' -I. -I$(BUILD)/gen \
             $(WARN) $(HARDEN) $(REPRO) $(SANITIZE) $(CFLAGS) $(PKG_CFLAGS)
ALL_LIBS   = $(LDHARD) $(SANITIZE) $(LDFLAGS) $(PKG_LIBS)

ROOMS   := base collect analyze analyze/evidence analyze/powershell analyze/grants analyze/rules \
           analyze/report playbooks
LIB_SRC := $(sort $(foreach r,$(ROOMS),$(wildcard $(r)/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/embedded.o
DATA    := $(sort $(wildcard templates/*.ps1 templates/*.html templates/*.txt analyze/rules/*.yar \
           playbooks/*.json))
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
# What only tests use: the incident generator and whatever stands beside it.
INCIDENT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/incident/*.c)))

.PHONY: all
all: $(BUILD)/ungrant

$(BUILD)/ungrant: $(BUILD)/ungrant.o $(BUILD)/libungrant.a
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

$(BUILD)/libungrant.a: $(LIB_OBJ)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(BUILD)/gen/embedded.c: base/embed.sh $(DATA) Makefile
	$(Q)mkdir -p $(@D) && base/embed.sh $(DATA) > $@.new && mv $@.new $@

$(BUILD)/gen/cmdlets.inc: analyze/powershell/cmdlets.awk analyze/powershell/cmdlets.tsv
	$(Q)mkdir -p $(@D) && LC_ALL=C awk -f $^ > $@.new && mv $@.new $@

$(BUILD)/analyze/powershell/cmdlets.o: $(BUILD)/gen/cmdlets.inc

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/incident/generate: $(INCIDENT_OBJ) $(BUILD)/libungrant.a
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

# The generator's parts, so that unit tests can write evidence with them.
$(BUILD)/tests/libincident.a: $(filter-out %/main.o,$(INCIDENT_OBJ))
	$(Q)mkdir -p $(@D) && rm -f $@ && $(AR) rcsD $@ $^

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/tests/libincident.a $(BUILD)/libungrant.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS) -lcmocka

.SECONDARY:

.PHONY: check-unit
check-unit: $(UNIT)
	$(Q)set -e; for t in $(UNIT); do $$t; done

.PHONY: clean
clean:
	$(Q)rm -rf $(BUILD)

-include $(wildcard $(BUILD)/*.d $(BUILD)/*/*.d $(BUILD)/*/*/*.d)
