using System.Globalization;
using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Disk;

/// <summary>The manifest of an upload as a file. It appears complete or not at all, and its content never changes.</summary>
internal static class ManifestFile
{
    /// <summary>Maximum number of unfinished files. There are never that many for one upload, because each restart deletes
    /// what earlier crashes left.</summary>
    private const int MaxUnfinished = 8;

    // The names are stored; never change them.
    private const string UnfinishedPrefix = StoredNames.Manifest + ".";
    private const string UnfinishedSuffix = ".unfinished";

    public static bool IsUnfinished(ReadOnlySpan<char> name) =>
        name.StartsWith(UnfinishedPrefix, StringComparison.Ordinal)
        && name.EndsWith(UnfinishedSuffix, StringComparison.Ordinal);

    /// <summary>Stores a manifest. It is durable on return.</summary>
    /// <exception cref="InvalidOperationException">The upload has another manifest.</exception>
    /// <exception cref="AttemptDamagedException">The upload has a manifest that is damaged.</exception>
    /// <exception cref="PartStoreFullException">The disk has no room for it.</exception>
    public static void Put(UploadDirectories directories, Manifest manifest)
    {
        var upload = manifest.Upload;
        var bytes = ManifestCodec.Encode(manifest);
        directories.Fault.ThrowIfRaised();
        try
        {
            lock (directories.Get(upload).StoringManifest)
            {
                WriteWithRetries(directories, upload, bytes);
            }
        }
        catch (IOException error)
        {
            directories.TidyUp(upload);
            var what = $"the manifest of upload {upload}";
            throw DiskErrors.IsFullAtCreate(error) ? DiskErrors.Full(what, error) : directories.Fault.Translate(error, what);
        }
    }

    /// <summary>Reads the manifest, or returns null if the upload has none. Throws <see cref="AttemptDamagedException"/> if the file
    /// differs from what was written, or is the manifest of another upload.</summary>
    public static Manifest? Read(UploadDirectories directories, UploadId upload) =>
        DurableFile.TryRead(PathOf(directories, upload)) is { } stored ? ManifestCodec.Decode(stored, upload) : null;

    private static string UnfinishedName(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{UnfinishedPrefix}{number}{UnfinishedSuffix}");

    private static string PathOf(UploadDirectories directories, UploadId upload) =>
        Path.Join(directories.PathOf(upload), StoredNames.Manifest);

    private static void WriteWithRetries(UploadDirectories directories, UploadId upload, byte[] bytes)
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
                // Another process stored the same manifest and deleted this file as a remnant of a crash.
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
            file.FlushBytes();
            if (File.Exists(path) || !TryRename(unfinished, path))
            {
                // The process that stored the same manifest may have ended before it was durable, or its flush may have
                // failed. Replacing it with the same bytes, which are flushed, makes it safe.
                ThrowUnlessSame(path, upload, bytes);
                File.Move(unfinished, path, overwrite: true);
            }
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        // Delete before the flush. The manifest is never stored again, so a file that reappears after a power cut would
        // remain.
        RemoveUnfinished(directories.PathOf(upload));
        FlushName(directories, file, path);
    }

    private static bool TryRename(string unfinished, string path)
    {
        try
        {
            return ExclusiveRename.TryMove(unfinished, path);
        }
        catch (FileNotFoundException) when (File.Exists(path))
        {
            // Another process was faster and has deleted the unfinished file.
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
                return directories.Create(upload, UnfinishedName(number), fileBytes);
            }
            catch (IOException error) when (DiskErrors.IsExisting(error))
            {
                // Another process is writing a file with this number, or a crash left one. Try the next number.
            }
        }
    }

    /// <summary>Deletes unfinished files that crashes left. They are useless once the manifest exists.</summary>
    private static void RemoveUnfinished(string directory)
    {
        for (var number = 0; number < MaxUnfinished; number++)
        {
            File.Delete(Path.Join(directory, UnfinishedName(number)));
        }
    }

    private static void ThrowUnlessSame(string path, UploadId upload, byte[] bytes)
    {
        var stored = File.ReadAllBytes(path);
        if (!stored.AsSpan().SequenceEqual(bytes))
        {
            ManifestCodec.Decode(stored, upload);
            throw new InvalidOperationException($"Upload {upload} already has a different manifest.");
        }
    }
}
