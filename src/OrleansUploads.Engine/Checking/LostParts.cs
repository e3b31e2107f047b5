using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Checking;

/// <summary>Notices that a data folder was restored or moved without its bytes, before a server uses it.</summary>
public static class LostParts
{
    /// <summary>Requires that the folder of the bytes exists if the journal refers to bytes in it. A missing folder is rare, so the
    /// journal is hardly ever read.</summary>
    /// <param name="folder">The data folder; it need not exist.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="IOException">There is a link or a pipe under a name that the server uses.</exception>
    /// <exception cref="JournalDamagedException">The bytes are missing; the message says what to do.</exception>
    /// <exception cref="JournalUnavailableException">The journal cannot be opened at the moment.</exception>
    public static async ValueTask RequireAsync(string folder, CancellationToken cancellationToken)
    {
        FixedNames.RequireKinds(folder);
        var parts = Path.Combine(folder, DataFolder.PartsFolder);
        if (Directory.Exists(parts) || FolderMark.Find(folder) is not null || !File.Exists(Path.Combine(folder, JournalSchema.FileName)))
        {
            return;
        }

        if (await FindNeededAsync(folder, cancellationToken) is { } needed)
        {
            throw new JournalDamagedException(
                $"{parts} is missing, but the journal says that it holds the bytes of {needed}. Restore it from the same backup, or "
                + "mount it. If the bytes are lost for good, create the folder empty; downloads of what was in it then fail.");
        }
    }

    /// <summary>Finds the first upload whose bytes must be in the folder.</summary>
    private static async ValueTask<string?> FindNeededAsync(string folder, CancellationToken cancellationToken)
    {
        using var journal = JournalInspection.Open(folder);
        var states = new EntityStates(journal);
        await foreach (var stream in journal.ListStreamsAsync(EntityKind.Upload, "", cancellationToken))
        {
            if (UploadId.TryParse(stream.Entity.Key, out var upload)
                && Describe(upload, await ReadAsync(states, upload, cancellationToken)) is { } needed)
            {
                return needed;
            }
        }

        return null;
    }

    /// <summary>A damaged history says nothing about bytes; it is reported when the journal is opened or checked.</summary>
    private static async ValueTask<UploadState?> ReadAsync(
        EntityStates states, UploadId upload, CancellationToken cancellationToken)
    {
        try
        {
            return await states.ReadAsync<UploadState>(upload.Entity, cancellationToken);
        }
        catch (JournalDamagedException)
        {
            return null;
        }
    }

    private static string? Describe(UploadId upload, UploadState? state) => state switch
    {
        UploadState.Known { Spec.ByteStorage: ByteStorage.External } => null,
        UploadState.Stored { ReleasedAt: not null } => null,
        UploadState.Known { Spec: ArchiveUploadSpec spec, Completed: ArchiveCompletion archive } =>
            $"archive {archive.Archive} in vault {spec.Vault.Id} and perhaps others",
        UploadState.Stored => $"the object that upload {upload} made, and perhaps others",
        UploadState.Open { Parts.Count: > 0 } or UploadState.Completing => $"the parts of upload {upload}, and perhaps others",
        _ => null,
    };
}
