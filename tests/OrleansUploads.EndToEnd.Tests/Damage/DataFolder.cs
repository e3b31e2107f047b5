using System.Text;

namespace OrleansUploads.EndToEnd.Tests.Damage;

/// <summary>The data folder of a stopped server, and ways to damage it.</summary>
internal sealed class DataFolder(string path)
{
    public string Path { get; } = path;

    public string Journal => File("journal.db");

    public string WriteAheadLog => File("journal.db-wal");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>One of the largest part files, so that there is a byte at every offset of a whole part.</summary>
    public string PartFile => Directory.EnumerateFiles(File("parts"), "*.part", SearchOption.AllDirectories)
        .MaxBy(static path => new FileInfo(path).Length)!;

    public DataFolder CopyTo(string path)
    {
        // A killed server leaves its socket, which cannot be copied.
        foreach (var from in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
            .Where(file => System.IO.Path.GetFileName(file) != "control.sock"))
        {
            var to = System.IO.Path.Combine(path, System.IO.Path.GetRelativePath(Path, from));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
            System.IO.File.Copy(from, to);
        }

        return new DataFolder(path);
    }

    public static void Cut(string file, long bytes)
    {
        using var stream = System.IO.File.Open(file, FileMode.Open);
        stream.SetLength(Math.Max(0, stream.Length - bytes));
    }

    /// <summary>Flips one bit. A negative offset counts from the end.</summary>
    public static void Flip(string file, long offset)
    {
        using var stream = System.IO.File.Open(file, FileMode.Open);
        stream.Position = offset < 0 ? stream.Length + offset : offset;
        var value = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(value ^ 0x04));
    }

    public static IReadOnlyList<long> Find(string file, string text)
    {
        var bytes = System.IO.File.ReadAllBytes(file);
        var pattern = Encoding.UTF8.GetBytes(text);
        var found = new List<long>();
        for (var at = 0; bytes.AsSpan(at).IndexOf(pattern) is >= 0 and var next; at = (int)found[^1] + 1)
        {
            found.Add(at + next);
        }

        return found;
    }
}
