using System.Formats.Tar;
using System.IO.Pipelines;
using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Cli.Transfers;

/// <summary>A folder as a tar. It is made while it is read. As long as nothing in the folder changes, its bytes are the same, so that an
/// interrupted upload can be continued.</summary>
internal sealed class FolderTar : IAsyncDisposable
{
    /// <summary>The number of files with several names that are remembered. Further ones become copies.</summary>
    private const int MaxLinked = 100_000;

    private readonly Pipe _pipe = new();
    private readonly Dictionary<(ulong Device, ulong Number), string> _linked = [];
    private readonly List<string> _leftOut = [];
    private readonly ExcludedNames _excluded;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;

    /// <summary>Begins a tar.</summary>
    public FolderTar(string folder, ExcludedNames excluded)
    {
        _excluded = excluded;
        Stream = _pipe.Reader.AsStream();
        _writing = Task.Run(() => WriteAsync(folder));
    }

    /// <summary>The bytes of the tar. Reading fails if a file cannot be read or has changed meanwhile.</summary>
    public Stream Stream { get; }

    /// <summary>The pipes, sockets and devices that are not in the tar. Complete when the stream has ended.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>The name of a folder, also of one that is given as <c>.</c>; empty for the root of the file system.</summary>
    public static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        await Stream.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(string root)
    {
        try
        {
            await using (var tar = new TarWriter(_pipe.Writer.AsStream(leaveOpen: true), TarEntryFormat.Gnu))
            {
                await AddFolderAsync(tar, new DirectoryInfo(root), NameOf(root) is { Length: > 0 } name ? name : ".", below: "");
            }

            await _pipe.Writer.CompleteAsync();
        }
        catch (Exception fault)
        {
            await _pipe.Writer.CompleteAsync(fault);
        }
    }

    private async Task AddFolderAsync(TarWriter tar, DirectoryInfo folder, string name, string below)
    {
        await tar.WriteEntryAsync(Describe(TarEntryType.Directory, name + "/", folder), _stop.Token);
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(static entry => entry.Name, StringComparer.Ordinal))
        {
            var path = $"{name}/{entry.Name}";
            if (_excluded.Has(below + entry.Name))
            {
                continue;
            }

            InputFile.RequireUtf8(entry.FullName);
            switch (entry)
            {
                case { LinkTarget: { } target }:
                    var link = Describe(TarEntryType.SymbolicLink, path, entry);
                    link.LinkName = target;
                    await tar.WriteEntryAsync(link, _stop.Token);
                    break;
                case DirectoryInfo inner:
                    await AddFolderAsync(tar, inner, path, $"{below}{entry.Name}/");
                    break;
                case FileInfo file when InputFile.IsSpecial(file.FullName):
                    _leftOut.Add(path);
                    break;
                case FileInfo file when FindFirstName(file, path) is { } first:
                    var another = Describe(TarEntryType.HardLink, path, file);
                    another.LinkName = first;
                    await tar.WriteEntryAsync(another, _stop.Token);
                    break;
                case FileInfo file:
                    await AddFileAsync(tar, file, path);
                    break;
            }
        }
    }

    /// <summary>The name under which a file with several names is in the tar already, or null.</summary>
    private string? FindFirstName(FileInfo file, string name) =>
        StatusOf(file, FileStatus.Names | FileStatus.Inode) is { NameCount: > 1 } status
        && (_linked.Count < MaxLinked || _linked.ContainsKey((status.Device, status.Number)))
        && !_linked.TryAdd((status.Device, status.Number), name)
            ? _linked[(status.Device, status.Number)]
            : null;

    private static FileStatus.Attributes? StatusOf(FileSystemInfo file, uint wanted) =>
        FileStatus.IsSupported && FileStatus.ReadLinkAt(file.FullName, wanted, out var status) == 0 ? status : null;

    private async Task AddFileAsync(TarWriter tar, FileInfo file, string name)
    {
        await using var content = file.OpenRead();
        var length = content.Length;
        var entry = Describe(TarEntryType.RegularFile, name, file);
        entry.DataStream = content;
        await tar.WriteEntryAsync(entry, _stop.Token);
        if (content.Length != length)
        {
            throw new IOException($"{file.FullName} has changed while it was read. Run the command again.");
        }
    }

    /// <summary>Describes an entry without the time of access, which every read changes.</summary>
    private static GnuTarEntry Describe(TarEntryType type, string name, FileSystemInfo file)
    {
        var owner = StatusOf(file, FileStatus.Owner);
        return new(type, name)
        {
            ModificationTime = file.LastWriteTimeUtc,
            Mode = OperatingSystem.IsWindows() || type == TarEntryType.SymbolicLink
                ? UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                : file.UnixFileMode,
            Uid = RequireId(owner?.User ?? 0, file),
            Gid = RequireId(owner?.Group ?? 0, file),
        };
    }

    /// <summary>The base library's IDs are signed.</summary>
    private static int RequireId(uint id, FileSystemInfo file) => id <= int.MaxValue ? (int)id : throw new IOException(
        $"{file.FullName} belongs to the user or group {id}, and --tar keeps no ID above {int.MaxValue}. Give it another owner, or "
        + InputFile.UseOtherTar);
}
