using System.Text;

namespace OrleansUploads.Engine.Tests;

/// <summary>Files of a folder under test, and damage to them.</summary>
internal static class FileDamage
{
    /// <summary>The path of the only file with the given ending, in any subdirectory.</summary>
    public static string Only(this TemporaryFolder folder, string ending) =>
        Directory.EnumerateFiles(folder.Path, "*" + ending, SearchOption.AllDirectories).Single();

    /// <summary>Flips bits of one byte. A negative offset counts from the end.</summary>
    public static void Flip(string path, long offset, int bits = 0x10)
    {
        using var file = File.OpenHandle(path, access: FileAccess.ReadWrite, share: FileShare.ReadWrite);
        var one = new byte[1];
        var at = offset < 0 ? RandomAccess.GetLength(file) + offset : offset;
        Assert.Equal(1, RandomAccess.Read(file, one, at));
        one[0] ^= (byte)bits;
        RandomAccess.Write(file, one, at);
    }

    public static void Cut(string path, long bytes)
    {
        using var file = File.OpenHandle(path, access: FileAccess.ReadWrite, share: FileShare.ReadWrite);
        RandomAccess.SetLength(file, Math.Max(0, RandomAccess.GetLength(file) - bytes));
    }

    /// <summary>The offsets of a text in the bytes of a file.</summary>
    public static List<int> Find(byte[] file, string text)
    {
        var wanted = Encoding.UTF8.GetBytes(text);
        var found = new List<int>();
        for (var at = 0; file.AsSpan(at).IndexOf(wanted) is >= 0 and var next; at = found[^1] + 1)
        {
            found.Add(at + next);
        }

        return found;
    }

    /// <summary>Copies all files of a folder but its lock, which an engine may hold, and its reserve of disk space.</summary>
    public static void CopyFolder(string from, string to)
    {
        // The mark of the journal is first, because a copy whose journal ends before its mark is refused as damaged.
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)
            .Where(static file => Path.GetFileName(file) is not ("lock" or DiskSpace.ReserveFileName))
            .OrderBy(static file => Path.GetFileName(file) == "journal.mark" ? 0 : 1).ThenBy(static file => file, StringComparer.Ordinal))
        {
            // File.Copy would refuse files that a running engine has open.
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new FileStream(target, FileMode.Create, FileAccess.Write);
            source.CopyTo(copy);
        }
    }
}
