using System.Text.Json;

namespace OrleansUploads.Gateway.Credentials;

/// <summary>A file of key pairs, readable by its owner only.</summary>
/// <param name="path">Where it is.</param>
/// <remarks>It is replaced whole, so a server that reads it meanwhile sees the old pairs or the new ones. Whoever changes it
/// holds a lock file beside it for that moment.</remarks>
public sealed class KeyFile(string path)
{
    private const string NameInFolder = "keys.json";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where the pairs are.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    private string LockPath => System.IO.Path.ChangeExtension(Path, ".lock");

    private string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The key file of a data folder: <c>keys.json</c>.</summary>
    public static KeyFile InFolder(string folder) => new(System.IO.Path.Combine(folder, NameInFolder));

    /// <summary>When the pairs were changed. Where the file is a link, as mounted secrets are, that of what it leads to.</summary>
    public DateTime ReadChangedAt() => File.GetLastWriteTimeUtc(
        new FileInfo(Path) is { LinkTarget: not null } link
            ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName
            : Path);

    /// <summary>Reads all pairs; none where there is no file.</summary>
    /// <exception cref="InvalidDataException">It is no key file.</exception>
    public IReadOnlyList<KeyPair> Read()
    {
        try
        {
            using var file = File.OpenRead(Path);
            return JsonSerializer.Deserialize(file, KeyFileJson.Default.KeyFileDocument)?.Keys
                ?? throw new InvalidDataException($"{Path} is empty. Remove it to have a new key pair made.");
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{Path} is no key file: {fault.Message}", fault);
        }
    }

    /// <summary>Changes the pairs under the lock.</summary>
    /// <param name="change">Gets the pairs, and gives back what they shall be, or null to leave them.</param>
    public void Change(Func<IReadOnlyList<KeyPair>, IReadOnlyList<KeyPair>?> change)
    {
        CreateFolder();
        using var locked = new FileStream(LockPath, OwnerOnlyOptions(FileMode.OpenOrCreate));
        if (change(Read()) is not { } changed)
        {
            return;
        }

        var unfinished = Path + ".new";
        File.Delete(unfinished);
        using (var file = new FileStream(unfinished, OwnerOnlyOptions(FileMode.CreateNew)))
        {
            JsonSerializer.Serialize(file, new KeyFileDocument(changed), KeyFileJson.Default.KeyFileDocument);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, Path, overwrite: true);
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Folder);
        }
        else
        {
            Directory.CreateDirectory(Folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private static FileStreamOptions OwnerOnlyOptions(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }
}
