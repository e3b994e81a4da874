#include "tests/incident/company.h"

#include "base/buf.h"

static const char *const ENVIRONMENT_NAMES[ENVIRONMENTS] = {"online", "onprem", "hybrid"};
const char *environment_name(enum environment e) { return ENVIRONMENT_NAMES[e]; }

static const char *const KIND_NAMES[] = {"user",  "admin",   "assistant", "shared",
                                         "group", "service", "system"};
const char *kind_name(enum kind k) { return KIND_NAMES[k]; }

/* Names of several languages: letters outside of ASCII are where quoting and encodings break. */
static const char *const GIVEN[] = {
    "Marjolein", "Peter", "Adaeze", "Jürgen", "Siobhán",  "Łukasz", "Renée",  "Tomás",
    "Priya",     "Kenji", "Amina",  "Björn",  "Chiara",   "Dmitri", "Esther", "Farid",
    "Grace",     "Hugo",  "Ines",   "Jonas",  "Katarína", "Leon",   "Mei",    "Noah"};
static const char *const FAMILY[] = {
    "Brandt", "Okafor",    "O'Neill", "Jansen", "Núñez",  "Kowalski", "Lefèvre", "Sato",
    "Haddad", "Lindqvist", "Rossi",   "Petrov", "Mwangi", "Karimi",   "Adeyemi", "Fischer",
    "Silva",  "Berg",      "Novák",   "Wagner", "Chen",   "Smith",    "Dubois",  "Keller"};
static const char *const FIRMS[] = {"Fabrikam",  "Contoso", "Northwind", "Adventure",
                                    "Tailspin",  "Wingtip", "Litware",   "Proseware",
                                    "Relecloud", "Margie",  "Woodgrove", "Alpine"};
static const char *const TRADES[] = {"Foods", "Works", "Travel", "Logistics", "Labs", "Energy"};
static const char *const SHARED[][2] = {{"accounts.payable", "Accounts Payable"},
                                        {"hr", "Human Resources"},
                                        {"legal", "Legal"},
                                        {"info", "Info & Reception"},
                                        {"board", "Board Secretariat"},
                                        {"room.geneva", "Room Geneva (8)"}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The letters of an alias: ASCII only; other letters lose their accent or become an x. */
static void add_plain(struct buf *out, const char *name) {
    static const struct {
        const char *from;
        char to;
    } PLAIN[] = {{"ü", 'u'}, {"á", 'a'}, {"Ł", 'l'}, {"é", 'e'}, {"ö", 'o'},
                 {"í", 'i'}, {"ú", 'u'}, {"ñ", 'n'}, {"è", 'e'}};
    for (size_t i = 0; name[i];) {
        size_t k = 0;
        while (k < COUNT(PLAIN) && strncmp(name + i, PLAIN[k].from, strlen(PLAIN[k].from)) != 0)
            k++;
        if (k < COUNT(PLAIN)) {
            buf_add_c(out, PLAIN[k].to);
            i += strlen(PLAIN[k].from);
            continue;
        }
        if (ascii_alpha(name[i])) buf_add_c(out, ascii_lower(name[i]));
        i++;
    }
}

static struct str alias_of(struct arena *a, const char *given, const char *family) {
    struct buf b = {0}, first = {0};
    add_plain(&first, given);
    buf_add(&b, str_slice(buf_str(&first), 0, 1));
    buf_add_c(&b, '.');
    add_plain(&b, family);
    struct str alias = arena_copy(a, buf_str(&b));
    buf_free(&b);
    buf_free(&first);
    return alias;
}

/* Fills in every other name of an identity from its alias and display name. */
static void identity_name(struct arena *a, const struct company *c, struct identity *p,
                          struct rng *r, unsigned rid) {
    struct str puid = rng_hex(r, a, 8);
    p->guid = rng_guid(r, a);
    p->upn = arena_printf(a, "%.*s@%.*s", STR_ARG(p->alias), STR_ARG(c->domain));
    p->login = arena_printf(a, "%.*s\\%.*s", STR_ARG(c->netbios), STR_ARG(p->alias));
    p->sid = arena_printf(a, "%.*s-%u", STR_ARG(c->domain_sid), rid);
    p->puid = arena_printf(a, "10032001%.*s", STR_ARG(puid));
    if (p->onprem) {
        p->canonical =
            arena_printf(a, "corp.%.*s/Users/%.*s", STR_ARG(c->domain), STR_ARG(p->display));
        p->dn = arena_printf(a, "CN=%.*s,CN=Users,DC=corp,DC=%.*s,DC=example", STR_ARG(p->display),
                             (int)(c->domain.n - strlen(".example")), c->domain.p);
        p->legacy_dn = arena_printf(
            a, "/o=%.*s/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=%.*s",
            STR_ARG(c->name), STR_ARG(p->alias));
        return;
    }
    p->canonical = arena_printf(
        a, "EURPR02A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/%.*s/%.*s",
        STR_ARG(c->tenant), STR_ARG(p->alias));
    p->dn =
        arena_printf(a,
                     "CN=%.*s,OU=%.*s,OU=Microsoft Exchange Hosted Organizations,DC=EURPR02A001,"
                     "DC=PROD,DC=OUTLOOK,DC=COM",
                     STR_ARG(p->alias), STR_ARG(c->tenant));
    p->legacy_dn = arena_printf(
        a,
        "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=%.*s",
        STR_ARG(p->alias));
}

static struct identity *add(struct company *c, enum kind kind, struct str alias, struct str display,
                            bool onprem) {
    struct identity *p = &c->list[c->count++];
    *p = (struct identity){.kind = kind, .alias = alias, .display = display, .onprem = onprem};
    return p;
}

static bool alias_taken(const struct company *c, struct str alias) {
    for (size_t i = 0; i < c->count; i++)
        if (str_ieq(c->list[i].alias, alias)) return true;
    return false;
}

static bool lives_onprem(enum environment e, struct rng *r) {
    bool odd = rng_chance(r, 50);
    return e == ENVIRONMENT_ONPREM || (e == ENVIRONMENT_HYBRID && odd);
}

static void add_people(struct arena *a, struct company *c, struct rng *r, size_t count) {
    static const enum kind FIRST[] = {KIND_ADMIN, KIND_ADMIN, KIND_ASSISTANT};
    for (size_t made = 0; made < count;) {
        const char *given = GIVEN[rng_below(r, COUNT(GIVEN))];
        const char *family = FAMILY[rng_below(r, COUNT(FAMILY))];
        bool onprem = lives_onprem(c->environment, r);
        struct str alias = alias_of(a, given, family);
        if (alias_taken(c, alias)) continue;
        add(c, made < COUNT(FIRST) ? FIRST[made] : KIND_USER, alias,
            arena_printf(a, "%s %s", given, family), onprem);
        made++;
    }
}

static void add_others(struct company *c, struct rng *r) {
    for (size_t i = 0; i < COUNT(SHARED); i++)
        add(c, KIND_SHARED, str_from(SHARED[i][0]), str_from(SHARED[i][1]),
            lives_onprem(c->environment, r));
    bool onprem = c->environment == ENVIRONMENT_ONPREM;
    c->service = add(c, KIND_SERVICE, STR("svc.backup"), STR("svc-backup"), onprem);
    c->group = add(c, KIND_GROUP, STR("finance.team"), STR("Finance Team"), onprem);
    c->discovery =
        add(c, KIND_SYSTEM, STR("DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}"),
            STR("Discovery Search Mailbox"), onprem);
    c->discovery_group =
        add(c, KIND_SYSTEM, STR("Discovery Management"), STR("Discovery Management"), onprem);
}

static void choose_roles(struct arena *a, struct company *c) {
    c->intruder = &c->list[0];
    c->admin = &c->list[1];
    c->assistant = &c->list[2];
    c->boss = &c->list[3];
    c->mailboxes = ARENA_ARRAY(a, struct identity *, c->count);
    for (size_t i = 2; i < c->count; i++)
        if (c->list[i].kind <= KIND_SHARED) c->mailboxes[c->mailbox_count++] = &c->list[i];
}

struct company *company_invent(struct arena *a, uint64_t seed, enum environment environment) {
    struct rng r = rng_stream(seed, "company");
    struct company *c = ARENA_NEW(a, struct company);
    c->environment = environment;
    const char *firm = FIRMS[rng_below(&r, COUNT(FIRMS))];
    const char *trade = TRADES[rng_below(&r, COUNT(TRADES))];
    c->name = arena_printf(a, "%s %s", firm, trade);
    struct str label = arena_lower(a, arena_printf(a, "%s%s", firm, trade));
    c->domain = arena_printf(a, "%.*s.example", STR_ARG(label));
    c->tenant = arena_printf(a, "%.*s.onmicrosoft.com", STR_ARG(label));
    c->netbios = arena_copy(a, str_from(firm));
    for (size_t i = 0; i < c->netbios.n; i++)
        ((char *)(uintptr_t)c->netbios.p)[i] = (char)(c->netbios.p[i] & ~0x20);
    c->organization_id = rng_guid(&r, a);
    c->domain_sid =
        arena_printf(a, "S-1-5-21-%llu-%llu-%llu", (unsigned long long)rng_below(&r, 4000000000),
                     (unsigned long long)rng_below(&r, 4000000000),
                     (unsigned long long)rng_below(&r, 4000000000));
    size_t people = 8 + (size_t)rng_below(&r, 27);
    c->list = ARENA_ARRAY(a, struct identity, people + COUNT(SHARED) + 4);
    add_people(a, c, &r, people);
    add_others(c, &r);
    for (size_t i = 0; i < c->count; i++)
        identity_name(a, c, &c->list[i], &r, 1100 + (unsigned)i * 3);
    choose_roles(a, c);
    return c;
}

struct identity *company_mailbox(const struct company *c, struct rng *r,
                                 const struct identity *not1, const struct identity *not2) {
    for (;;) {
        struct identity *p = c->mailboxes[rng_below(r, c->mailbox_count)];
        if (p != not1 && p != not2) return p;
    }
}
