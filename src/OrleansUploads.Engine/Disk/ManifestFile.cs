using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Archives;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Disk;

/// <summary>The manifest of an upload as a file: there whole or not at all, and never replaced.</summary>
internal static class ManifestFile
{
    /// <summary>More than are ever begun for one upload: each restart clears up before the next can crash.</summary>
    private const int MaxUnfinished = 8;

    /// <summary>Stores a manifest; durable on return.</summary>
    /// <exception cref="InvalidOperationException">The upload has another manifest.</exception>
    /// <exception cref="AttemptDamagedException">The upload has a manifest that is damaged.</exception>
    /// <exception cref="PartStoreFullException">There is no room for it.</exception>
    public static void Put(UploadDirectories directories, Manifest manifest)
    {
        var upload = manifest.Upload;
        var bytes = ManifestCodec.Encode(manifest);
        var path = PathOf(directories, upload);
        try
        {
            if (File.Exists(path) || !TryWrite(directories, upload, path, bytes))
            {
                ThrowUnlessSame(path, upload, bytes);
            }
        }
        catch (IOException error) when (DiskErrors.IsFullAtCreate(error))
        {
            directories.TidyUp(upload);
            throw DiskErrors.Full($"the manifest of upload {upload}", error);
        }

        // Also when it was there already: whoever put it there may have ended before this.
        RemoveUnfinished(directories.PathOf(upload));
        directories.Get(upload).Flush();
    }

    /// <summary>Reads the manifest of an upload; null where there is none.</summary>
    /// <exception cref="AttemptDamagedException">It is not what was written, or is another upload's.</exception>
    public static Manifest? Read(UploadDirectories directories, UploadId upload)
    {
        try
        {
            return Decode(File.ReadAllBytes(PathOf(directories, upload)), upload);
        }
        catch (IOException error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string PathOf(UploadDirectories directories, UploadId upload) =>
        Path.Join(directories.PathOf(upload), DiskLayout.Manifest);

    private static bool TryWrite(UploadDirectories directories, UploadId upload, string path, byte[] bytes)
    {
        using var file = CreateUnfinished(directories, upload, bytes.Length);
        try
        {
            RandomAccess.Write(file.SafeFileHandle, bytes, 0);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
            file.Dispose();
            if (ExclusiveRename.TryMove(file.Name, path))
            {
                return true;
            }

            File.Delete(file.Name);
            return false;
        }
        catch (FileNotFoundException) when (File.Exists(path))
        {
            // Another writer was quicker, and has cleared up.
            return false;
        }
        catch
        {
            File.Delete(file.Name);
            throw;
        }
    }

    private static FileStream CreateUnfinished(UploadDirectories directories, UploadId upload, long fileBytes)
    {
        for (var number = 0; ; number++)
        {
            try
            {
                return directories.Create(upload, DiskLayout.UnfinishedManifest(number), fileBytes).File;
            }
            catch (IOException error) when (DiskErrors.IsExisting(error))
            {
                // Somebody is writing one under that number, or a crash has left it; the next number will do.
            }
        }
    }

    /// <summary>Deletes what crashes have left; nobody needs it once the manifest is there.</summary>
    private static void RemoveUnfinished(string directory)
    {
        for (var number = 0; number < MaxUnfinished; number++)
        {
            File.Delete(Path.Join(directory, DiskLayout.UnfinishedManifest(number)));
        }
    }

    private static void ThrowUnlessSame(string path, UploadId upload, byte[] bytes)
    {
        var stored = File.ReadAllBytes(path);
        if (!stored.AsSpan().SequenceEqual(bytes))
        {
            Decode(stored, upload);
            throw new InvalidOperationException($"Upload {upload} has another manifest already.");
        }
    }

    private static Manifest Decode(byte[] stored, UploadId upload)
    {
        var manifest = ManifestCodec.Decode(stored);
        return manifest.Upload == upload
            ? manifest
            : throw new AttemptDamagedException($"The manifest of upload {upload} is that of {manifest.Upload}.");
    }
}
