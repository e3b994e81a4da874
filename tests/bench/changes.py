"""changes.py N - N records of the unified audit log, each a grant or a revoke, as JSON lines on standard output."""
import datetime
import random
import sys

RECORD = (
    '{"CreationTime":"%s","Id":"%08x-0000-4000-8000-000000000000","Operation":"%s-MailboxPermission","OrganizationId":"o",'
    '"RecordType":1,"ResultStatus":"True","UserKey":"k%d","UserType":2,"Workload":"Exchange","ClientIP":"198.51.100.%d:9",'
    '"UserId":"a%d@c.test","ObjectId":"m%d@c.test","Parameters":[{"Name":"Identity","Value":"m%d@c.test"},'
    '{"Name":"User","Value":"u%d@c.test"},{"Name":"AccessRights","Value":"FullAccess"}]}\n')


def main():
    count = int(sys.argv[1])
    draw = random.Random(7)
    start = datetime.datetime(2026, 1, 1)
    for i in range(count):
        time = (start + datetime.timedelta(seconds=i * 7)).strftime("%Y-%m-%dT%H:%M:%S")
        mailbox, trustee = draw.randrange(count // 20 + 1), draw.randrange(count // 20 + 1)
        verb = "Add" if draw.random() < 0.6 else "Remove"
        sys.stdout.write(RECORD % (time, i, verb, i % 50, i % 250, i % 50, mailbox, mailbox, trustee))


main()
