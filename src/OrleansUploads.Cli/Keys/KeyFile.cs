using System.Text.Json;

namespace OrleansUploads.Cli.Keys;

/// <summary>The key pairs of a data folder: <c>keys.json</c>, readable by its owner only.</summary>
/// <remarks>It is replaced whole, so a server that reads it meanwhile sees the old pairs or the new ones. Whoever changes it
/// holds <c>keys.lock</c> for that moment.</remarks>
internal sealed class KeyFile(string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where the pairs are.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, "keys.json");

    private string LockPath => System.IO.Path.Combine(folder, "keys.lock");

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
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
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
