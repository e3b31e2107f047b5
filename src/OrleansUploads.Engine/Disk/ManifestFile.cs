using OrleansUploads.Core.Messages.Archives;
using OrleansUploads.Core.Values;
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
        directories.Fault.ThrowIfRaised();
        try
        {
            lock (directories.Get(upload).StoringManifest)
            {
                WriteUntilKept(directories, upload, bytes);
            }
        }
        catch (IOException error)
        {
            directories.TidyUp(upload);
            var what = $"the manifest of upload {upload}";
            throw DiskErrors.IsFullAtCreate(error) ? DiskErrors.Full(what, error) : directories.Fault.Translate(error, what);
        }
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

    private static void WriteUntilKept(UploadDirectories directories, UploadId upload, byte[] bytes)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Write(directories, upload, PathOf(directories, upload), bytes);
                return;
            }
            catch (FileNotFoundException) when (attempt < MaxUnfinished)
            {
                // Another process stored the same manifest, and took this one for what a crash had left.
            }
        }
    }

    private static void Write(UploadDirectories directories, UploadId upload, string path, byte[] bytes)
    {
        using var file = CreateUnfinished(directories, upload, bytes.Length);
        var unfinished = file.File.Name;
        try
        {
            RandomAccess.Write(file.File.SafeFileHandle, bytes, 0);
            directories.FlushBytes(file);
            if (File.Exists(path) || !TryName(unfinished, path))
            {
                // Who stored the same manifest before may have ended before it was durable, or its flush may have failed. So
                // it is not trusted, but replaced by the same bytes, which are.
                ThrowUnlessSame(path, upload, bytes);
                File.Move(unfinished, path, overwrite: true);
            }
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        // Before the flush: nobody stores this manifest again, so a removal that a power cut takes back is never made up for.
        RemoveUnfinished(directories.PathOf(upload));
        FlushName(directories, file, path);
    }

    private static bool TryName(string unfinished, string path)
    {
        try
        {
            return ExclusiveRename.TryMove(unfinished, path);
        }
        catch (FileNotFoundException) when (File.Exists(path))
        {
            // Another process was quicker, and has cleared up.
            return false;
        }
    }

    private static void FlushName(UploadDirectories directories, UnflushedFile file, string path)
    {
        try
        {
            file.FlushName();
        }
        catch (FlushFailedException) when (!directories.IsShared)
        {
            File.Delete(path);
            throw;
        }
    }

    private static UnflushedFile CreateUnfinished(UploadDirectories directories, UploadId upload, long fileBytes)
    {
        for (var number = 0; ; number++)
        {
            try
            {
                return directories.Create(upload, DiskLayout.UnfinishedManifest(number), fileBytes);
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
