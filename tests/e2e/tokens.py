"""tokens.py scripts DIR < lines of `ungrant dump`: each script block (its parts joined) into a file of DIR.
tokens.py texts DIR < lines of `texts`: each text into a file of DIR.
tokens.py compare OURS ENGINE: do our smallest parts begin and end where the engine's tokens do, and are all of
its names, strings, variables and parameters among ours? One line for each file that differs; status 1 then."""
import json, os, sys

# What can carry a command or a value. Members, types, operators and keywords are no parts of ours.
COUNTED = {'Variable', 'SplattedVariable', 'Parameter', 'StringLiteral', 'StringExpandable', 'HereStringLiteral',
           'HereStringExpandable', 'Generic'}


def scripts(folder):
    blocks = {}
    for line in sys.stdin:
        data = json.loads(line)['Event'].get('EventData') or {}
        if isinstance(data.get('Data'), list):
            data = {d.get('#attributes', {}).get('Name'): d.get('#text') for d in data['Data'] if isinstance(d, dict)}
        if not data.get('ScriptBlockText'):
            continue
        key = data.get('ScriptBlockId')
        blocks.setdefault(key, {})[int(data.get('MessageNumber') or 1)] = (
            data['ScriptBlockText'], int(data.get('MessageTotal') or 1))
    for number, (key, parts) in enumerate(sorted(blocks.items(), key=lambda b: str(b[0]))):
        if len(parts) == next(iter(parts.values()))[1]:
            write(folder, number, ''.join(parts[i][0] for i in sorted(parts)))


def write(folder, number, text):
    with open(os.path.join(folder, f'{number:06}.ps1'), 'w', encoding='utf-8', newline='') as out:
        out.write(text)


def texts(folder):
    for number, line in enumerate(sys.stdin):
        row = json.loads(line)
        if row['kind'] == 'script':
            write(folder, number, row['text'].lstrip('\ufeff'))


def counted(tokens, text):
    """The tokens that can carry a command or a value; not those of attributes, a function's name, nor --%."""
    depth, attribute, before = 0, None, []
    for t in tokens:
        kinds = [b[0] for b in before[-2:]]
        if t[0] == 'LParen':
            depth += 1
            if attribute is None and len(kinds) == 2 and kinds[0] == 'LBracket':
                attribute = depth
        if attribute is None and t[0] in COUNTED and text[t[1]:t[2]] != b'--%' and kinds[-1:] != ['Function']:
            yield t
        if t[0] == 'RParen':
            attribute = None if attribute == depth else attribute
            depth -= 1
        before = before[-1:] + [t]


def compare(ours_path, engine_path):
    ours = {r['file']: r for r in map(json.loads, open(ours_path, encoding='utf-8'))}
    files = broken = compared = wrong = 0
    for line in open(engine_path, encoding='utf-8'):
        engine = json.loads(line)
        mine = ours[engine['file']]
        files += 1
        if engine['errors'] or mine['broken']:
            broken += 1
            if bool(engine['errors']) != bool(mine['broken']):
                wrong += 1
                print(f"{engine['file']}: broken: engine {engine['errors'][:1]}, ours {mine['broken']} {mine['broken_at']}")
            continue
        starts, ends = {t[1] for t in engine['tokens']}, {t[2] for t in engine['tokens']}
        parts = {(t[1], t[2]) for t in mine['tokens']}
        # A number's sign is part of the engine's token.
        strange = [t for t in mine['tokens'] if t[2] not in ends or (t[1] not in starts and t[0] != 'number')]
        missing = [t for t in counted(engine['tokens'], open(engine['file'], 'rb').read()) if (t[1], t[2]) not in parts]
        compared += len(mine['tokens'])
        if strange or missing:
            wrong += 1
            print(f"{engine['file']}: ours alone {strange[:3]}, engine's alone {missing[:3]} ({len(strange)}, {len(missing)})")
    print(f'tokens: {files} texts, {broken} of them with syntax errors, {compared} parts, {wrong} texts differ')
    return 1 if wrong or not files else 0


if __name__ == '__main__':
    sys.exit({'scripts': scripts, 'texts': texts, 'compare': compare}[sys.argv[1]](*sys.argv[2:]))
