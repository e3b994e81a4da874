/* deed.h - the single things that people do to permissions: each makes one call and its acts. */
#ifndef UNGRANT_TESTS_INCIDENT_DEED_H
#define UNGRANT_TESTS_INCIDENT_DEED_H

#include "tests/incident/story.h"

/* Who does it, when, from where, and how it goes. */
struct doing {
    struct story *story;
    struct rng *rng;
    int64_t time;
    enum via via;
    enum by by;
    const struct identity *actor;
    struct session *session;
    struct str client_ip;
    bool failed, what_if;
};

/* `rights`: one word or several with commas, as the cmdlet takes them. */
void deed_mailbox_permission(const struct doing *d, bool remove, const struct identity *mailbox,
                             const struct identity *trustee, const char *rights);
/* Add-RecipientPermission in the cloud, Add-ADPermission on premises. */
void deed_send_as(const struct doing *d, bool remove, const struct identity *mailbox,
                  const struct identity *trustee);
void deed_send_on_behalf(const struct doing *d, bool remove, const struct identity *mailbox,
                         const struct identity *trustee);
/* The list becomes this one trustee: whoever else was on it has lost it. */
void deed_send_on_behalf_replace(const struct doing *d, const struct identity *mailbox,
                                 const struct identity *trustee);
/* `trustee` NULL: Default. verb: "Add", "Set" or "Remove" (level NULL then). */
void deed_folder(const struct doing *d, const char *verb, const struct identity *mailbox,
                 const char *folder, const struct identity *trustee, const char *level);
/* A mailbox owner shares a folder in Outlook: an audit operation, no cmdlet. */
void deed_outlook_share(const struct doing *d, const struct identity *owner, const char *folder,
                        const struct identity *trustee, const char *level);
void deed_forwarding(const struct doing *d, const struct identity *mailbox, struct str address);
void deed_inbox_rule(const struct doing *d, const struct identity *mailbox, const char *rule,
                     bool hide);
void deed_audit_bypass(const struct doing *d, const struct identity *account);
/* A copy of the organisation's mail goes to an outside address. */
void deed_transport_rule(const struct doing *d, const char *rule, struct str address);
/* The role that opens every mailbox to applications, or membership of an administrators' group. */
void deed_impersonation(const struct doing *d, const struct identity *account);
void deed_role_group(const struct doing *d, const char *group, const struct identity *account);
/* Somebody joins a distribution group, or leaves it: no right changes, so it is no act. */
const struct call *deed_group_member(const struct doing *d, bool remove,
                                     const struct identity *group, const struct identity *member);
/* The service gives Discovery Management its mailbox, as it does again and again. */
void deed_discovery(const struct doing *d);
/* It was so before the story begins. */
void deed_before(struct story *s, const char *right, const struct identity *mailbox,
                 const struct identity *trustee, const char *folder, const char *level);

#endif
