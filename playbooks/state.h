/* state.h - what Exchange said at some time: permission snapshots, given with `plan --state`.
 *
 * Takes the output of Get-MailboxPermission, Get-RecipientPermission, Get-ADPermission,
 * Get-MailboxFolderPermission and Get-Mailbox (GrantSendOnBehalfTo, and the names of each mailbox)
 * in every container that analyze/evidence/snapshot.h knows. A snapshot taken before a grant says
 * what was there before; one taken after it, whether it still is. A mailbox that a snapshot does
 * not list is not known by it. */
#ifndef UNGRANT_PLAYBOOKS_STATE_H
#define UNGRANT_PLAYBOOKS_STATE_H

#include "analyze/grants/identity.h"
#include "base/digest.h"
#include "playbooks/facts.h"

enum state_kind {
    STATE_MAILBOX,
    STATE_RECIPIENT,
    STATE_FOLDER,
    STATE_BEHALF,
    STATE_FORWARDING,
    STATE_KINDS
};

/* One entry of a snapshot. Names are keys of the state's identity once state_close() was called. */
struct state_entry {
    enum state_kind kind;
    size_t snapshot;
    struct str mailbox, trustee; /* trustee empty: only says that the mailbox is covered */
    struct str scope;            /* folder path or forwarding, lower-case */
    struct str right;            /* access right, the folder's level, the target */
    bool deny;
    bool known; /* the trustee is resolved: not another name of somebody else */
};

struct snapshot {
    const char *path;
    char sha256[DIGEST_HEX + 1];
    struct when time;
};

struct state {
    struct arena *arena;
    struct identity *identity;
    struct state_entry *entries;
    size_t count, cap;
    struct snapshot *snapshots;
    size_t snapshot_count, snapshot_cap;
};

/* Adds a snapshot file; its time is `time` (ISO, UTC), or the file's modification time where NULL.
 * -1 with the file and the reason. */
int state_read(struct state *s, const char *path, const char *time, struct error *e);

/* The identity that the snapshots' names give to this name; empty: none, or several. */
struct str state_resolve(const struct state *s, struct str name);

/* After the last snapshot: joins their names with those of the analysis. */
void state_close(struct state *s, const struct facts *f);

enum presence { PRESENCE_UNKNOWN, PRESENCE_ABSENT, PRESENCE_PRESENT };

/* Was this right there in the latest snapshot that is not later (before) or the latest one not
 * earlier (after) than `t` and lists the mailbox? *level: the folder's level then; *which: the
 * snapshot that says so. */
struct state_query {
    enum state_kind kind;
    struct str mailbox, trustee, scope, right; /* as written */
    bool deny;
};
enum presence state_before(const struct state *s, const struct state_query *q, struct when t,
                           struct str *level, const struct snapshot **which);
enum presence state_after(const struct state *s, const struct state_query *q, struct when t,
                          struct str *level, const struct snapshot **which);

/* What the latest snapshot that is not later than `t` says of this forwarding ("ForwardingAddress",
 * "ForwardingSmtpAddress"): *value is its target. */
enum presence state_value(const struct state *s, struct str mailbox, struct str scope,
                          struct when t, struct str *value, const struct snapshot **which);

#endif
