// Host.cs - the commands of the thin host, and what only needs the parser. See README.md.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using System.Text;
using System.Text.Json;

static class Host
{
    const string Usage = @"host parse FILE...                       tokens, commands and errors, one JSON line a file
host encodings FILE...                   the same commands as UTF-8, cp1252 and cp1251?
host run [OPTIONS] SCRIPT [ARGUMENT...]  runs it; its exit status
host type [OPTIONS] SCRIPT               each of its lines as if typed at the prompt
host judge CMDLETS.tsv TEXTS.jsonl       are the calls in TEXTS those that the engine makes?
OPTIONS: --module PATH (may be repeated)  --transcript PATH  --constrained  --bare (no stand-ins)";

    static int Main(string[] words)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        var rest = words.Skip(1).ToList();
        switch (words.FirstOrDefault())
        {
            case "parse" when rest.Count > 0: return Parse(rest);
            case "encodings" when rest.Count > 0: return Encodings(rest);
            case "run" when rest.Count > 0: return Session.Start(rest, false);
            case "type" when rest.Count > 0: return Session.Start(rest, true);
            case "judge" when rest.Count == 2: return Judge.Start(rest[0], rest[1]);
        }
        Console.Error.WriteLine(Usage);
        return 2;
    }

    // For each UTF-16 index its offset in the UTF-8 text.
    static int[] ByteOffsets(string text)
    {
        var at = new int[text.Length + 1];
        for (int i = 0, bytes = 0; i < text.Length; i++)
        {
            at[i] = bytes;
            char c = text[i];
            // Half of a pair: two bytes here, two with the other half.
            bytes += c < 0x80 ? 1 : c < 0x800 || char.IsSurrogate(c) ? 2 : 3;
            at[i + 1] = bytes;
        }
        return at;
    }

    // The end of the input is a token too, one behind the text.
    static int At(int[] at, int offset) => at[Math.Min(offset, at.Length - 1)];

    static void AddTokens(List<object[]> rows, IEnumerable<Token> tokens, int[] at, int depth)
    {
        foreach (Token t in tokens)
        {
            rows.Add(new object[] { t.Kind.ToString(), At(at, t.Extent.StartOffset), At(at, t.Extent.EndOffset), depth });
            if (t is StringExpandableToken e && e.NestedTokens != null)
                AddTokens(rows, e.NestedTokens, at, depth + 1);
        }
    }

    // Offsets are bytes of the file, which must be UTF-8. Tokens: kind, start, end, depth in strings.
    static int Parse(List<string> paths)
    {
        int broken = 0;
        foreach (string path in paths)
        {
            string text = new UTF8Encoding(false).GetString(File.ReadAllBytes(path));
            ScriptBlockAst tree = Parser.ParseInput(text, out Token[] tokens, out ParseError[] errors);
            int[] at = ByteOffsets(text);
            var rows = new List<object[]>();
            AddTokens(rows, tokens, at, 0);
            broken += errors.Length > 0 ? 1 : 0;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                file = path,
                errors = errors.Select(e => new { at = At(at, e.Extent.StartOffset), id = e.ErrorId, message = e.Message }),
                commands = Commands(tree),
                tokens = rows,
            }));
        }
        return broken == 0 ? 0 : 1;
    }

    static List<string> Commands(ScriptBlockAst tree) =>
        tree.FindAll(a => a is CommandAst, true).Select(a => ((CommandAst)a).GetCommandName() ?? "&").ToList();

    // Windows PowerShell 5.1 may read a script in the ANSI code page: that must not change what it does.
    static int Encodings(List<string> paths)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        int faults = 0;
        foreach (string path in paths)
        {
            string first = null;
            foreach (int page in new[] { 65001, 1252, 1251 })
            {
                string text = Encoding.GetEncoding(page).GetString(File.ReadAllBytes(path));
                ScriptBlockAst tree = Parser.ParseInput(text, out _, out ParseError[] errors);
                foreach (ParseError e in errors)
                {
                    Console.WriteLine($"{path}: code page {page}, line {e.Extent.StartLineNumber}: {e.Message}");
                    faults++;
                }
                string commands = string.Join(" ", Commands(tree));
                if (first != null && first != commands)
                {
                    Console.WriteLine($"{path}: code page {page} gives other commands");
                    faults++;
                }
                first ??= commands;
            }
            Console.WriteLine($"{path}: {first}");
        }
        return faults == 0 ? 0 : 1;
    }
}
