/* company.h - the people, mailboxes and groups of an invented company, under all their names. */
#ifndef UNGRANT_TESTS_INCIDENT_COMPANY_H
#define UNGRANT_TESTS_INCIDENT_COMPANY_H

#include "tests/incident/random.h"

enum environment { ENVIRONMENT_ONLINE, ENVIRONMENT_ONPREM, ENVIRONMENT_HYBRID, ENVIRONMENTS };
const char *environment_name(enum environment e);

enum kind {
    KIND_USER,
    KIND_ADMIN,
    KIND_ASSISTANT,
    KIND_SHARED,
    KIND_GROUP,
    KIND_SERVICE,
    KIND_SYSTEM
};
const char *kind_name(enum kind k);

struct identity {
    enum kind kind;
    bool onprem; /* the mailbox lives on our own server */
    struct str upn, alias, display, canonical, guid, sid, dn, legacy_dn, puid;
    struct str login; /* NETBIOS\alias */
};

struct company {
    struct str name, domain, tenant, netbios, organization_id, domain_sid;
    enum environment environment;
    struct identity *list;
    size_t count;
    /* Who matters for the story; all stand in `list`. */
    struct identity *admin, *intruder, *assistant, *boss, *service, *group, *discovery,
        *discovery_group;
    struct identity **mailboxes; /* users and shared mailboxes, intruder and admin excluded */
    size_t mailbox_count;
};

/* 12 to 40 mailboxes. Same seed and environment: the same company. */
struct company *company_invent(struct arena *a, uint64_t seed, enum environment environment);

/* One of the mailboxes, none of the two given (either may be NULL). */
struct identity *company_mailbox(const struct company *c, struct rng *r,
                                 const struct identity *not1, const struct identity *not2);

#endif
