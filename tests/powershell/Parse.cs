// Parses scripts with the real PowerShell parser, as UTF-8 and as the ANSI code pages 1252 and 1251
// that Windows PowerShell 5.1 may read them in. Prints errors, and the command names once per file.
using System;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using System.Text;

static class Parse
{
    static int Main(string[] paths)
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
                string commands = string.Join(" ", tree.FindAll(a => a is CommandAst, true)
                    .Select(a => ((CommandAst)a).GetCommandName() ?? "&"));
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
