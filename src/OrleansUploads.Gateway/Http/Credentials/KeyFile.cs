using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>A file of key pairs, readable only by its owner, who is the owner of its folder.</summary>
/// <param name="flush">Null for the system's own calls.</param>
/// <param name="pause">Waits before the lock is tried again; null to let the thread sleep.</param>
/// <remarks>The file is replaced as a whole, so a server that reads it at the same time sees either the old pairs or the new
/// ones. A process that changes it holds a lock file beside it meanwhile.</remarks>
public sealed class KeyFile(string path, IDiskFlush? flush = null, Action<TimeSpan>? pause = null)
{
    /// <summary>Room for some hundred thousand keys. A server reads the file each second.</summary>
    private const long MaxBytes = 64 << 20;

    private const string Remedy = "Restore it from a backup, or remove it and add new keys with 'keys add'.";

    /// <summary>The lock is tried for ten seconds. A process holds it only while it replaces a small file.</summary>
    private const int MaxAttempts = 200;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);

    /// <summary>Writes only the escapes that JSON demands, because people copy secrets, which may have a plus sign. The file is never part
    /// of a page.</summary>
    private static readonly KeyFileJson Written = new(new JsonSerializerOptions(KeyFileJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private readonly IDiskFlush _flush = flush ?? SystemFlush.Instance;
    private readonly Action<TimeSpan> _pause = pause ?? Thread.Sleep;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    private string LockPath => System.IO.Path.ChangeExtension(Path, ".lock");

    private string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary><c>keys.json</c>. <paramref name="flush"/> is null for the system's own calls.</summary>
    public static KeyFile InFolder(string folder, IDiskFlush? flush = null) =>
        new(System.IO.Path.Combine(folder, FixedNames.Keys), flush);

    /// <summary>Returns no pairs if the file does not exist.</summary>
    /// <exception cref="InvalidDataException">The file is not a key file.</exception>
    public IReadOnlyList<KeyPair> Read() => Parse(ReadBytes());

    /// <summary>Reads the pairs, but not through a link, by which the owner of the folder could show another file.</summary>
    private IReadOnlyList<KeyPair> ReadOwn() => Parse(ReadBytes(followsLinks: false));

    /// <summary>The content of the file, or null if it does not exist.</summary>
    /// <param name="followsLinks">Whether the path may be a link, such as a secret's in a container.</param>
    /// <exception cref="InvalidDataException">The file is too large for a key file.</exception>
    internal byte[]? ReadBytes(bool followsLinks = true)
    {
        try
        {
            using var file = RegularFile.OpenForReading(Path, followsLinks);
            return RandomAccess.GetLength(file) <= MaxBytes
                ? RegularFile.ReadAll(file, Path)
                : throw new InvalidDataException($"{Path} is not a key file: it has more than {MaxBytes >> 20} MiB.");
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>What shows cheaply that the file was replaced or changed, or null if the file cannot be opened.</summary>
    internal Stamp? ReadStamp()
    {
        try
        {
            using var file = RegularFile.OpenForReading(Path, followsLinks: true);
            return new Stamp(File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Parses the result of <see cref="ReadBytes"/>.</summary>
    /// <exception cref="InvalidDataException">The file is not a key file.</exception>
    internal IReadOnlyList<KeyPair> Parse(byte[]? bytes)
    {
        if (bytes is null)
        {
            return [];
        }

        try
        {
            if (JsonSerializer.Deserialize(bytes, KeyFileJson.Default.KeyFileDocument) is { } document)
            {
                return document.ToPairs();
            }
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException($"{Path} is not a key file: {JsonFlaw.Describe(malformed)}. {Remedy}", malformed);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"{Path} is not a key file: {fault.Message} {Remedy}", fault);
        }

        throw new InvalidDataException($"{Path} is empty. Remove it, and the server creates a new key pair.");
    }

    /// <summary>Changes the pairs while holding the lock. Waits for another process that holds it.</summary>
    /// <param name="change">Returns the new pairs, or null to leave the file unchanged.</param>
    /// <exception cref="FlushFailedException">The change may be lost in a power cut.</exception>
    /// <exception cref="IOException">Another process has held the lock for ten seconds, or a file cannot be written.</exception>
    public void Change(Func<IReadOnlyList<KeyPair>, IReadOnlyList<KeyPair>?> change)
    {
        DurableFolder.Make(Folder, _flush);
        FixedNames.RequireKinds(Folder);
        using var locked = TakeLock();
        if (change(ReadOwn()) is not { } changed)
        {
            return;
        }

        var unfinished = Path + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, OwnerOnlyOptions(FileMode.CreateNew)))
        {
            FolderOwner.Give(file.SafeFileHandle, Folder);
            JsonSerializer.Serialize(file, KeyFileDocument.Of(changed), Written.KeyFileDocument);
            file.Flush();
            _flush.RequireFile(file.SafeFileHandle, unfinished);
        }

        File.Move(unfinished, Path, overwrite: true);
        _flush.RequireDirectory(Folder);
    }

    /// <summary>The time of the last change in UTC, and the length in bytes.</summary>
    internal readonly record struct Stamp(DateTime WrittenAt, long LengthBytes);

    private FileStream TakeLock()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return OpenLock();
            }
            catch (IOException fault) when (DiskErrors.IsHeld(fault))
            {
                if (attempt == MaxAttempts)
                {
                    throw new IOException(
                        $"Another process has been changing {Path} for {MaxAttempts * BetweenAttempts.TotalSeconds:F0} seconds. "
                        + "Try again when it is done.",
                        fault);
                }
            }

            _pause(BetweenAttempts);
        }
    }

    /// <summary>Opens the lock file. Only a new one is given to the folder's owner, and none is created through a link: an existing one may be
    /// the owner's link to a file of root's.</summary>
    private FileStream OpenLock()
    {
        if (TryCreateLock() is not { } created)
        {
            return new FileStream(LockPath, OwnerOnlyOptions(FileMode.Open));
        }

        try
        {
            FolderOwner.Give(created.SafeFileHandle, Folder);
            return created;
        }
        catch
        {
            created.Dispose();
            throw;
        }
    }

    private FileStream? TryCreateLock()
    {
        try
        {
            return new FileStream(LockPath, OwnerOnlyOptions(FileMode.CreateNew));
        }
        catch (IOException) when (System.IO.Path.Exists(LockPath))
        {
            return null;
        }
    }

    private static FileStreamOptions OwnerOnlyOptions(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (mode != FileMode.Open && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }
}

/// <summary>The user to whom a folder belongs. What root creates there belongs to that user too, because the server that runs as this
/// user could not read it otherwise.</summary>
internal static partial class FolderOwner
{
    /// <summary>Only root can do this, so other users keep their files. Throws an <see cref="IOException"/> if the system
    /// refuses it.</summary>
    public static void Give(SafeFileHandle file, string folder)
    {
        if (!FileStatus.IsSupported || !Environment.IsPrivilegedProcess)
        {
            return;
        }

        if (FileStatus.ReadAt(folder, FileStatus.Owner, out var owner) != 0
            || (owner.User != 0 && ChangeOwner(file, owner.User, owner.Group) != 0))
        {
            throw new IOException(
                $"The key file cannot be given to the owner of {folder}: {Marshal.GetLastPInvokeErrorMessage()}. "
                + "Run the command as this user.");
        }
    }

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);
}
