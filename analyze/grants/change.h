/* change.h - what one event says was done to access: the step between telemetry and the ledger.
 *
 * changes_of_event() knows every grant and revoke cmdlet and audit operation of DOMAIN.md A.2/A.3
 * (families M, O, S, A, B, F, W, R and T as far as FORMATS.md has a `right` for them) and says what
 * the event does to which permission atoms: one change per right. It knows nothing of other events:
 * names stay as written, and whether a change really changed anything is the ledger's question. */
#ifndef UNGRANT_ANALYZE_GRANTS_CHANGE_H
#define UNGRANT_ANALYZE_GRANTS_CHANGE_H

#include "analyze/evidence/event.h"
#include "analyze/powershell/powershell.h"

/* `right` of FORMATS.md. */
enum right {
    RIGHT_FULL_ACCESS,
    RIGHT_READ_PERMISSION,
    RIGHT_CHANGE_PERMISSION,
    RIGHT_CHANGE_OWNER,
    RIGHT_DELETE_ITEM,
    RIGHT_EXTERNAL_ACCOUNT,
    RIGHT_SEND_AS,
    RIGHT_SEND_ON_BEHALF,
    RIGHT_FOLDER,
    RIGHT_FORWARDING,
    RIGHT_INBOX_RULE,
    RIGHT_TRANSPORT_RULE,
    RIGHT_IMPERSONATION,
    RIGHT_ROLE,
    RIGHT_CALENDAR_DELEGATE,
    RIGHT_APPLICATION,
    RIGHT_AUDIT_BYPASS,
    RIGHT_AUDIT_CONFIG,
    RIGHTS,
};
const char *right_name(enum right r); /* "FullAccess", ... */
bool right_by_name(struct str name, enum right *out);

enum change_action { ACTION_GRANT, ACTION_REVOKE, ACTION_ALTER };
const char *change_action_name(enum change_action a);

enum tristate { TRI_UNKNOWN, TRI_FALSE, TRI_TRUE };

enum change_flag {
    CHANGE_WHAT_IF = 1,   /* the record shows -WhatIf: nothing changed */
    CHANGE_TRUNCATED = 2, /* a value that matters was cut: never plan from it */
    CHANGE_AMBIGUOUS = 4, /* two readings of the record */
    CHANGE_DYNAMIC = 8,   /* target or trustee is not a constant in this text */
    CHANGE_POOR = 16,     /* outer columns only */
    CHANGE_REPLACES = 32, /* the list was replaced (Set- without @{}): who is not in it lost it */
    CHANGE_CLEARS =
        64, /* everything of this right on this mailbox was taken (empty list, ResetDefault) */
    CHANGE_OWNER_SET =
        128, /* Add-MailboxPermission -Owner, Remove-MailboxPermission Identity alone */
    CHANGE_OBFUSCATED = 256,
    CHANGE_SERVICE =
        512,               /* the service's own doing: system actor AND DiscoverySearchMailbox AND
                              Discovery Management all match (DOMAIN.md B.1), or group mailbox set-up */
    CHANGE_ATTEMPT = 1024, /* text that cannot have run: evidence of intent only */
    CHANGE_CARVED = 2048,  /* its record was carved: not in its place in any log */
    CHANGE_HALF = 4096,    /* an entry of a security descriptor, as it was or as it became: a change
                              only where the other half lacks it (directory.c) */
};

/* One act on one right, as one record tells it. All text points into the event or the arena. */
struct change {
    enum change_action action;
    enum right right;
    struct str scope; /* folder path, rule name, role, configured setting, ...; empty: none */
    struct str
        level; /* folder role or rights ("Editor"), destination of a forwarding, ...; or empty */
    uint32_t mask; /* folder rights as MS-OXCPERM bits, 0 with mask_known false: not known */
    bool mask_known;
    struct str mailbox; /* as written; empty for organisation-wide things */
    struct str
        mailbox_also; /* a second name of the same object in the same record (ObjectId), or empty */
    struct str trustee; /* as written; empty where nobody gains (audit settings) */
    struct str trustee_also;
    bool deny;
    struct str
        inheritance; /* "All", ... where the cmdlet has it: "All" is the documented default */
    enum tristate automapping;
    enum result result;
    uint32_t flags;     /* enum change_flag */
    struct str cmdlet;  /* cmdlet or audit operation */
    struct str command; /* the command's text where there is one */
    struct str parent;  /* image of the process that started the shell, where a record names it */
    struct str note;    /* certainty's reason, failure's text; may be empty */
    struct params params;
};

/* Which sort of use an operation proves, for the ledger's `use`. */
struct use {
    struct str operation; /* MailItemsAccessed, SendAs, FolderBind, ... */
    struct str mailbox;   /* whose mail: UPN or GUID as written */
    struct str mailbox_also;
    struct str by;      /* who did it */
    struct str by_also; /* SID, ... */
    uint64_t count;     /* items or operations that the record counts, at least 1 */
    bool owner;         /* the record says that the owner did it (LogonType 0) */
};

/* Two names of one thing, said by one record. */
struct alias {
    struct str one, other;
};

/* What a record says of a member of a group: LISTED is one of all that it has from then on. */
enum member_move { MEMBER_LEFT, MEMBER_JOINED, MEMBER_LISTED };
struct membership {
    struct str group, member;
    enum member_move move;
};

struct change_sink {
    struct arena *arena;
    void *own;
    void (*change)(void *own, const struct event *e, const struct change *c);
    void (*use)(void *own, const struct event *e, const struct use *u);
    void (*alias)(void *own, const struct event *e, const struct alias *n);
    void (*member)(void *own, const struct event *e, const struct membership *m);
    /* The record shows how this account, or its mailbox, was made. */
    void (*created)(void *own, const struct event *e, struct str name);
};

/* Everything this event says. For EVENT_STATE a change is no act but what was there: ACTION_GRANT
 * means that the trustee held the right, ACTION_ALTER that the object's entries of this right are
 * all in this snapshot (whoever is not among them did not hold it; trustee empty), or, with
 * RIGHT_AUDIT_CONFIG, what a setting of auditing was (scope its name, level its value). EVENT_TEXT
 * goes through analyze/powershell first; a 4104 with parts > 1 is not handled here but put together
 * by the pipeline, which then calls this with the whole text. */
void changes_of_event(const struct event *e, struct change_sink *out);

/* "[2001:db8::1]:47114" -> "2001:db8::1", "1.2.3.4:5678" -> "1.2.3.4", "::ffff:1.2.3.4" ->
 * "1.2.3.4" (DOMAIN.md B.1); other text as it is. Points into `s`. */
struct str client_ip_clean(struct str s);

/* Folder rights: role or right names, list of either -> MS-OXCPERM mask; false if a word is
 * unknown. */
bool folder_mask(const struct str *words, size_t count, uint32_t *mask);
/* The role's name where the mask (without 0x1800 on a calendar) is one, else words joined by ", ".
 */
struct str folder_level(struct arena *a, uint32_t mask);

#endif
