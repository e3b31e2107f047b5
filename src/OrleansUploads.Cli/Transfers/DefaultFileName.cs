using System.Text;
using OrleansUploads.Cli.Archives;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Transfers;

/// <summary>The file that an archive becomes if the user names none: the last part of its name. Anybody who may upload chooses names, so the
/// file is in the current folder, is not hidden, and its name is no option of a program.</summary>
internal static class DefaultFileName
{
    private const char Replacement = '_';

    private static readonly Rune[] Invalid = [.. Path.GetInvalidFileNameChars().Select(static c => new Rune(c))];

    /// <summary>Returns the name of the file. An archive without a usable name gets one from its ID.</summary>
    public static string Of(InventoryEntry archive)
    {
        var last = ArchiveName.Components(ArchiveName.Decode(archive.Description ?? "")).LastOrDefault("");
        var safe = last.EnumerateRunes().Select(static rune => IsSafe(rune) ? rune : new Rune(Replacement));
        var name = string.Concat(safe).TrimStart('.', '-', ' ');
        return name.Length > 0 ? name : $"archive-{ShortId.Of(archive.ArchiveId)}";
    }

    /// <summary>Control characters act on a terminal, and those that change the direction of writing show another name.</summary>
    private static bool IsSafe(Rune rune) =>
        !TerminalText.IsHidden(rune) && !Invalid.Contains(rune);
}
