namespace OrleansUploads.EndToEnd.Tests.S3Clients;

/// <summary>Files with odd names, and with sizes around the one from which a client uploads in parts.</summary>
internal sealed class FileTree
{
    private static readonly string[] OddNames =
        ["a b", "a+b", "100% of %41", "é€😀", "it's", "semi;colon&more", "#hash?", "deep/er/path", "deep/er/empty"];

    private readonly Dictionary<string, byte[]> _files = [];

    /// <param name="folder">The folder, which is created.</param>
    /// <param name="thresholdBytes">The size from which the client uploads in parts.</param>
    public static FileTree Create(string folder, int thresholdBytes)
    {
        var tree = new FileTree();
        foreach (var (number, name) in OddNames.Index())
        {
            tree.Add(folder, name, name.EndsWith("empty", StringComparison.Ordinal) ? 0 : 100 + number);
        }

        tree.Add(folder, "under", thresholdBytes - 1);
        tree.Add(folder, "at", thresholdBytes);
        tree.Add(folder, "over", thresholdBytes + 1);
        tree.Add(folder, "far over", (3 * thresholdBytes) + 12_345);
        return tree;
    }

    /// <summary>A tree of many small files.</summary>
    public static FileTree CreateMany(string folder, int count)
    {
        var tree = new FileTree();
        for (var i = 0; i < count; i++)
        {
            tree.Add(folder, FormattableString.Invariant($"{i % 20}/{i}"), 10 + (i % 100));
        }

        return tree;
    }

    /// <summary>The paths relative to the folder, with slashes.</summary>
    public IReadOnlyCollection<string> Names => _files.Keys;

    public byte[] Bytes(string name) => _files[name];

    /// <summary>Asserts that a folder has exactly these files.</summary>
    public void AssertEqual(string folder)
    {
        var found = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path));
        Assert.Equal(_files.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.All(_files, file => Assert.True(
            file.Value.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder, file.Key))), $"{file.Key} has other bytes."));
    }

    private void Add(string folder, string name, int lengthBytes)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _files[name] = Archives.Bytes(lengthBytes, seed: _files.Count);
        File.WriteAllBytes(path, _files[name]);
    }
}
