using OrleansUploads.Cli.Archives;

namespace OrleansUploads.Cli.Transfers;

/// <summary>What is sent as one archive: a file, a folder, or standard input.</summary>
/// <param name="Description">The description of its archive.</param>
/// <param name="Bytes">Its length, or null for standard input and for a folder, which is sent as a tar.</param>
internal sealed record UploadFile(string Path, string Description, long? Bytes)
{
    /// <summary>The descriptions that the same file has under its other names: its path from the current folder, and from the root.</summary>
    public IReadOnlyList<string> OtherNames { get; init; } = [];
}

/// <summary>The files that a command line names, and those in the folders that it names.</summary>
internal sealed class UploadFiles
{
    /// <summary>The files to send.</summary>
    public List<UploadFile> Found { get; } = [];

    /// <summary>What cannot be sent, and why. It does not keep the rest from being sent.</summary>
    public List<(string Path, string Reason)> Refused { get; } = [];

    /// <summary>Files without a byte. They are left out, because an archive has at least one.</summary>
    public List<string> Empty { get; } = [];

    /// <summary>The number of files and folders that the user left out. What is in such a folder is not counted.</summary>
    public int ExcludedCount { get; private set; }

    /// <summary>The number of links in folders. They are left out.</summary>
    public int LinkCount { get; private set; }

    /// <summary>The folders in which no file was found.</summary>
    public List<string> FoldersWithoutFiles { get; } = [];

    /// <summary>Whether a folder is sent file by file.</summary>
    public bool HasFolder { get; private set; }

    /// <summary>Looks at files and folders. A given name replaces the file's or folder's. As a tar, a folder is one archive.</summary>
    /// <exception cref="ArgumentException">The name of a named file or folder is too long for a description.</exception>
    /// <exception cref="IOException">A named file does not exist, may not be read, or is not a file, or all of them are empty.</exception>
    public static UploadFiles Find(IEnumerable<string> paths, string? name, bool asTar, ExcludedNames excluded)
    {
        var files = new UploadFiles();
        foreach (var path in paths)
        {
            if (!Directory.Exists(path))
            {
                files.Add(path, ArchiveName.Encode(name ?? ArchiveName.OfPath(path)), name is null ? OtherNamesOf(path) : []);
            }
            else if (asTar)
            {
                files.Found.Add(new UploadFile(path, ArchiveName.Encode(name ?? FolderTar.NameOf(path) + ".tar"), Bytes: null));
            }
            else
            {
                files.AddFolder(path, name ?? FolderTar.NameOf(path), excluded);
            }
        }

        return files is { HasFolder: false, Found: [], Empty: [var only, ..] } ? throw new IOException(Emptiness(only)) : files;
    }

    /// <summary>Returns the length of a file that is not a folder.</summary>
    /// <exception cref="IOException">It cannot be read, or is empty.</exception>
    public static long RequireFile(string path) => Measure(path) is > 0 and var bytes ? bytes : throw new IOException(Emptiness(path));

    private static string Emptiness(string path) => $"The file {path} is empty. An archive must have at least one byte.";

    private static long Measure(string path)
    {
        InputFile.RequireUtf8(path);
        if (InputFile.IsSpecial(path))
        {
            throw new IOException($"{path} is a device, pipe or socket. {AsInput(path)}");
        }

        if (!File.Exists(path))
        {
            throw Directory.Exists(path)
                ? new IOException($"{path} is a folder. Name a file.")
                : new FileNotFoundException($"The file {path} does not exist.");
        }

        return InputFile.LengthOf(path) ?? throw new IOException($"The system does not know the length of {path}. {AsInput(path)}");
    }

    private static string AsInput(string path) =>
        $"Send it as standard input: {ProgramName.Text} upload - --vault NAME < {ProgramName.Quote(path)}";

    private static IReadOnlyList<string> OtherNamesOf(string path)
    {
        var (given, full) = (ArchiveName.OfPath(path), Path.GetFullPath(path));
        return
        [
            .. new[] { Path.GetRelativePath(Environment.CurrentDirectory, full), full }
                .Select(ArchiveName.OfPath)
                .Where(name => name != given && ArchiveName.Fits(name))
                .Select(ArchiveName.Encode),
        ];
    }

    private void Add(string path, string description, IReadOnlyList<string> otherNames)
    {
        var bytes = Measure(path);
        if (bytes > 0)
        {
            Found.Add(new UploadFile(path, description, bytes) { OtherNames = otherNames });
        }
        else
        {
            Empty.Add(path);
        }
    }

    private void AddFolder(string root, string name, ExcludedNames excluded)
    {
        HasFolder = true;
        var countBefore = Found.Count + Refused.Count + Empty.Count + ExcludedCount;
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            try
            {
                InputFile.RequireUtf8(folder);
                foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(static entry => entry.Name, StringComparer.Ordinal))
                {
                    var path = Path.Combine(folder, entry.Name);
                    if (excluded.Has(ArchiveName.OfPath(Path.GetRelativePath(root, path))))
                    {
                        ExcludedCount++;
                    }
                    else if (entry.LinkTarget is not null)
                    {
                        LinkCount++;
                    }
                    else if (entry is DirectoryInfo)
                    {
                        folders.Push(path);
                    }
                    else
                    {
                        AddIfReadable(path, ArchiveName.OfPath(Path.Combine(name, Path.GetRelativePath(root, path))).TrimStart('/'));
                    }
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                Refused.Add((folder, $"The folder {folder} cannot be read: {fault.Message}"));
            }
        }

        if (Found.Count + Refused.Count + Empty.Count + ExcludedCount == countBefore)
        {
            FoldersWithoutFiles.Add(root);
        }
    }

    private void AddIfReadable(string path, string name)
    {
        try
        {
            Add(path, ArchiveName.Encode(name), []);
        }
        catch (Exception fault) when (fault is IOException or ArgumentException)
        {
            Refused.Add((path, fault.Message));
        }
    }
}
