/* sddl.h - the entries of a security descriptor's access list, from its text (MS-DTYP 2.5.1). */
#ifndef UNGRANT_ANALYZE_GRANTS_SDDL_H
#define UNGRANT_ANALYZE_GRANTS_SDDL_H

#include "base/arena.h"

/* Rights of a directory object (MS-ADTS 5.1.3.2). In msExchMailboxSecurityDescriptor the first
 * three mean FullAccess, SendAs and ExternalAccount. */
enum ace_right {
    ACE_CREATE_CHILD = 0x1,
    ACE_DELETE_CHILD = 0x2,
    ACE_LIST_CHILDREN = 0x4,
    ACE_CONTROL = 0x100, /* the extended right that `object` names, or all */
    ACE_DELETE = 0x10000,
    ACE_READ_CONTROL = 0x20000,
    ACE_WRITE_DAC = 0x40000,
    ACE_WRITE_OWNER = 0x80000,
    ACE_GENERIC_ALL = 0x10000000,
};

struct ace {
    bool deny, inherited;
    uint32_t rights;
    struct str object;  /* GUID, or empty */
    struct str trustee; /* SID, or the two letters of a well-known one */
};

/* The next allowing or denying entry of the text's "D:" part, from *at on (0 at first). False: no
 * more. Entries of other types, and what cannot be read, are passed over. */
bool sddl_next(struct str sddl, size_t *at, struct ace *out);

#endif
