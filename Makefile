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
CFLAGS  ?= -O3 -g
LDHARD  ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--build-id=none
# Reproducible: no paths of the building machine in the binary.
REPRO   := -ffile-prefix-map=$(CURDIR)=. -Wdate-time

# Asked once, and only when something is compiled: the packages may have to be installed first.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DUNGRANT_VERSION='"$(VERSION)"' -I. -I$(BUILD)/gen \
             $(WARN) $(HARDEN) $(REPRO) $(SANITIZE) $(CFLAGS) $(PKG_CFLAGS)
ALL_LIBS   = $(LDHARD) $(SANITIZE) $(LDFLAGS) $(PKG_LIBS)

ROOMS   := base collect analyze analyze/evidence analyze/powershell analyze/grants analyze/rules \
           analyze/report analyze/package playbooks
LIB_SRC := $(sort $(foreach r,$(ROOMS),$(wildcard $(r)/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/embedded.o
DATA    := $(sort $(wildcard templates/*.ps1 templates/*.html templates/*.txt analyze/rules/*.yar \
           playbooks/*.json))
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(sort $(wildcard tests/unit/test_*.c)))
# What only tests use: the incident generator and whatever stands beside it.
E2E     := $(sort $(wildcard tests/e2e/*.t))
FUZZ    := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzz-%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
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

# Hostile names as a script would hold them.
$(BUILD)/tests/exchange/literals: $(BUILD)/tests/exchange/literals.o $(BUILD)/libungrant.a
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

$(BUILD)/tests/fuzz/powershell_seeds: $(BUILD)/tests/fuzz/powershell_seeds.o
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

# The generators' parts, so that unit tests can write evidence and scripts with them.
$(BUILD)/tests/libincident.a: $(filter-out %/main.o,$(INCIDENT_OBJ)) \
    $(BUILD)/tests/powershell/obfuscate.o $(BUILD)/tests/powershell/obfuscate_value.o
	$(Q)mkdir -p $(@D) && rm -f $@ && $(AR) rcsD $@ $^

# What we read from texts, for the real engine to judge.
$(BUILD)/tests/powershell/texts: $(BUILD)/tests/powershell/texts.o $(BUILD)/tests/libincident.a $(BUILD)/libungrant.a
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

$(BUILD)/tests/powershell/tokens: $(BUILD)/tests/powershell/tokens.o $(BUILD)/libungrant.a
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS)

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/tests/libincident.a $(BUILD)/libungrant.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS) -lcmocka

.SECONDARY:

# ---- the two commands ----

.PHONY: demo
demo:
	@tests/deps.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/ungrant $(BUILD)/tests/incident/generate
	@BUILD=$(abspath $(BUILD)) tests/demo.sh

.PHONY: check
check:
	@tests/deps.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) all tests
	@$(MAKE) --no-print-directory check-unit check-e2e

# ---- their parts ----

.PHONY: tests
tests: $(UNIT) $(BUILD)/tests/incident/generate $(BUILD)/tests/exchange/literals \
    $(BUILD)/tests/powershell/texts $(BUILD)/tests/powershell/tokens

.PHONY: check-unit
check-unit: $(UNIT)
	$(Q)set -e; for t in $(UNIT); do $$t 2>&1 | tests/quiet-cmocka.sh; done

.PHONY: check-e2e
check-e2e: all $(BUILD)/tests/incident/generate $(BUILD)/tests/exchange/literals \
    $(BUILD)/tests/powershell/texts $(BUILD)/tests/powershell/tokens
	$(Q)UNGRANT=$(abspath $(BUILD))/ungrant GENERATE=$(abspath $(BUILD))/tests/incident/generate \
	    BUILD=$(abspath $(BUILD)) MAKE="$(MAKE)" prove --timer $(E2E)

# make check-incidents N=2000 FROM=1000: so many random incidents from that seed on.
N    ?= 200
FROM ?= 1
.PHONY: check-incidents
check-incidents: all
	$(Q)UNGRANT=$(abspath $(BUILD))/ungrant BUILD=$(abspath $(BUILD)) INCIDENTS=$(N) INCIDENTS_FROM=$(FROM) \
	    prove -v tests/e2e/65-incidents.t

# make check-truth N=1000 FROM=1 INCIDENT='--environment onprem': so many seeds of the generator against their truth.
INCIDENT ?=
.PHONY: check-truth
check-truth: all $(BUILD)/tests/incident/generate
	@BUILD=$(abspath $(BUILD)) tests/incident/seeds.sh $(N) $(FROM) $(INCIDENT)

# The same tests, every byte of every access checked.
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
.PHONY: check-asan
check-asan:
	@tests/deps.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)/asan SANITIZE='$(ASAN)' HARDEN= CFLAGS='-O1 -g' \
	    LDHARD= all tests
	@SANITIZED=1 ASAN_OPTIONS=abort_on_error=1:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 \
	    $(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE='$(ASAN)' HARDEN= CFLAGS='-O1 -g' \
	    LDHARD= check-unit check-e2e

.PHONY: lint
lint:
	@tests/deps.sh lint
	@$(MAKE) --no-print-directory $(BUILD)/gen/cmdlets.inc
	@BUILD=$(BUILD) JOBS=$(JOBS) CPPFLAGS='-I. -I$(BUILD)/gen -D_GNU_SOURCE -DUNGRANT_VERSION="\"$(VERSION)\""' \
	    tests/lint.sh $(LIB_SRC) ungrant.c

# make fuzz SECONDS=60: every target for so long, from the seeds kept in tests/fuzz/.
SECONDS ?= 60
.PHONY: fuzz
fuzz:
	@tests/deps.sh fuzz
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)/fuzz CC=clang HARDEN= LDHARD= CFLAGS='-O1 -g' \
	    SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' fuzz-targets
	@$(MAKE) --no-print-directory $(BUILD)/ungrant $(BUILD)/tests/incident/generate \
	    $(BUILD)/tests/fuzz/powershell_seeds
	@BUILD=$(abspath $(BUILD)) tests/fuzz/run.sh $(SECONDS)

.PHONY: fuzz-targets
fuzz-targets: $(FUZZ)

$(BUILD)/fuzz-%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/libungrant.a
	$(Q)$(CC) -o $@ $^ $(ALL_LIBS) -fsanitize=fuzzer

# Every I/O call failing once: no crash, a message, nothing that looks complete and is not.
.PHONY: check-fault
check-fault: all $(BUILD)/tests/incident/generate
	$(Q)$(CC) -shared -fPIC -O1 -D_GNU_SOURCE -o $(BUILD)/fault.so tests/fault/fault.c
	@BUILD=$(abspath $(BUILD)) tests/fault/run.sh

# make check-kill N=1000: commands that write a case, killed at so many random moments.
.PHONY: check-kill
check-kill: all
	@BUILD=$(abspath $(BUILD)) tests/fault/kill.sh $(N)

.PHONY: bench
bench: all $(BUILD)/tests/incident/generate
	@BUILD=$(abspath $(BUILD)) tests/bench/run.sh

.PHONY: install uninstall
install: all
	install -D -m 755 $(BUILD)/ungrant $(DESTDIR)$(PREFIX)/bin/ungrant
	install -D -m 644 ungrant.1 $(DESTDIR)$(PREFIX)/share/man/man1/ungrant.1
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/ungrant $(DESTDIR)$(PREFIX)/share/man/man1/ungrant.1

.PHONY: dist
dist:
	git archive --prefix=ungrant-$(VERSION)/ -o ungrant-$(VERSION).tar.gz HEAD

.PHONY: clean
clean:
	$(Q)rm -rf $(BUILD)

-include $(shell [ -d $(BUILD) ] && find $(BUILD) -name '*.d' -not -path '$(BUILD)/asan/*' -not -path '$(BUILD)/fuzz/*')
